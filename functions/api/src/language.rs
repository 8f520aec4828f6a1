//! In which languages a caller reads: what they say with the call.

use desk::language::Language;
use http::header;

use crate::Call;

/// Languages of one caller that are looked at.
const AT_MOST: usize = 10;

impl Call<'_> {
    /// The caller's languages, best first, by `Accept-Language` (RFC 9110 section 12.5.4).
    pub(crate) fn languages(&self) -> Vec<Language> {
        let lines = self.headers.get_all(header::ACCEPT_LANGUAGE).into_iter();
        let text: Vec<&str> = lines.filter_map(|line| line.to_str().ok()).collect();
        read(&text.join(","))
    }
}

fn read(text: &str) -> Vec<Language> {
    let mut wanted: Vec<(Language, f32)> = text
        .split(',')
        .filter_map(|one| {
            let (tag, more) = one.split_once(';').unwrap_or((one, ""));
            let weight = more.trim().strip_prefix("q=").map_or(Some(1.0), |q| q.parse().ok())?;
            Some((Language::parse(tag)?, weight)).filter(|(_, weight)| *weight > 0.0)
        })
        .take(AT_MOST)
        .collect();
    wanted.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    wanted.into_iter().map(|(language, _)| language).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_come_by_their_weight() {
        for (text, expected) in [
            ("de", "de"),
            ("en;q=0.5, de", "de en"),
            ("da, en-gb;q=0.8, en;q=0.7", "da en-gb en"),
            ("*, fr;q=0", ""),
            ("de;q=much, en", "en"),
            ("", ""),
        ] {
            let read = read(text);
            let tags: Vec<&str> = read.iter().map(Language::as_str).collect();
            assert_eq!(tags.join(" "), expected, "{text:?}");
        }
    }
}
