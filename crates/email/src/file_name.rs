//! Names of files that are safe to store and to offer for download, each different from the others of its mail.

use std::collections::{HashMap, HashSet};

use crate::text::{first_characters, one_line, reorders};

/// Characters of a file name that are kept.
const LONGEST_NAME: usize = 150;
/// Characters that are kept as the extension of a name that is too long.
const LONGEST_EXTENSION: usize = 16;

/// The last part of a path without characters that some system or screen treats specially.
pub(crate) fn safe(name: &str) -> String {
    let file = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = file
        .chars()
        .filter(|character| !reorders(*character) && !matches!(character, '\u{200b}' | '\u{feff}'))
        .map(|character| if "<>:\"|?*".contains(character) { '_' } else { character })
        .collect();
    let line = one_line(&kept);
    shortened(line.trim_matches(['.', ' ']))
}

/// Of names that some system takes for the same, the second becomes `a (2).txt`.
pub(crate) fn distinguish<'n>(names: impl Iterator<Item = &'n mut String>) {
    let mut taken = HashSet::new();
    let mut counts: HashMap<String, usize> = HashMap::new();
    for name in names {
        let count = counts.entry(name.to_lowercase()).or_insert(1);
        let mut own = name.clone();
        while !taken.insert(own.to_lowercase()) {
            *count += 1;
            own = numbered(name, *count);
        }
        *name = own;
    }
}

fn numbered(name: &str, count: usize) -> String {
    let number = format!(" ({count})");
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => (stem, format!(".{extension}")),
        _ => (name, String::new()),
    };
    let around = number.chars().count() + extension.chars().count();
    format!("{}{number}{extension}", first_characters(stem, LONGEST_NAME.saturating_sub(around)))
}

/// A long name loses its middle, not its extension.
fn shortened(name: &str) -> String {
    if name.chars().count() <= LONGEST_NAME {
        return name.to_owned();
    }
    let extension = name.rsplit_once('.').map(|(_, extension)| extension).unwrap_or_default();
    let length = extension.chars().count();
    match (1..=LONGEST_EXTENSION).contains(&length) {
        true => format!("{}.{extension}", first_characters(name, LONGEST_NAME - length - 1)),
        false => first_characters(name, LONGEST_NAME).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe() {
        let long = format!("{}.pdf", "ü".repeat(400));
        let rows = [
            ("report.pdf", "report.pdf".to_owned()),
            ("../../etc/passwd", "passwd".into()),
            ("C:\\temp\\a.txt", "a.txt".into()),
            ("a\r\nb\0.txt", "a b .txt".into()),
            ("fdp.\u{202e}exe", "fdp.exe".into()),
            ("..", String::new()),
            (" . ", String::new()),
            (".htaccess", "htaccess".into()),
            ("a:b?.txt", "a_b_.txt".into()),
            (long.as_str(), format!("{}.pdf", "ü".repeat(146))),
        ];
        for (name, expected) in rows {
            assert_eq!(safe(name), expected, "{name:?}");
        }
    }

    #[test]
    fn the_same_name_is_numbered() {
        let long = format!("{}.txt", "a".repeat(146));
        let mut names: Vec<String> =
            ["a.txt", "A.txt", "a.txt", "a (2).txt", "b", "b", &long, &long].map(Into::into).into();
        distinguish(names.iter_mut());
        let shorter = format!("{} (2).txt", "a".repeat(142));
        assert_eq!(
            names,
            ["a.txt", "A (2).txt", "a (3).txt", "a (2) (2).txt", "b", "b (2)", &long, &shorter]
        );
    }

    #[test]
    fn ten_thousand_names_are_told_apart() {
        let mut names = vec!["a.txt".to_owned(); 10_000];
        distinguish(names.iter_mut());
        assert_eq!(names.last().map(String::as_str), Some("a (10000).txt"));
    }
}
