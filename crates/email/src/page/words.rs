//! Text as HTML that shows it as it was written: lines, gaps, quotes marked with `>`, addresses to follow.
//! Everything else stays literal, whatever language of markup it may be in.

use maud::{Markup, html};

use super::links::{Stretch, stretches};

/// Deeper quotes keep their marks.
const DEEPEST: usize = 5;

/// A line, and in how many quotes it stands.
#[derive(Clone, Copy)]
struct Line<'a> {
    depth: usize,
    words: &'a str,
}

/// Text in paragraphs, quotes set off at the side where lines begin.
pub(super) fn paragraphs(text: &str, start: &str) -> Markup {
    let text = readable(text);
    let lines: Vec<Line<'_>> = text.trim().lines().map(Line::read).collect();
    blocks(&lines, 0, start)
}

/// Text in paragraphs that holds no links and no quotes.
pub(super) fn unlinked(text: &str) -> Markup {
    let text = readable(text);
    let lines: Vec<&str> = text.trim().lines().collect();
    html! {
        @for lines in gathered(&lines, |line| line) {
            p { @for (nth, line) in lines.iter().enumerate() { @if nth > 0 { br; } (line) } }
        }
    }
}

/// Each line as a thing of its own; bullets before it are not needed.
pub(super) fn list(text: &str) -> Markup {
    let text = readable(text);
    let lines = text.lines().map(|line| line.trim().trim_start_matches('•').trim_start());
    html! {
        ul role="list" style=(super::looks::LIST) {
            @for line in lines.filter(|line| !line.is_empty()) {
                li dir="auto" { (linked(line)) }
            }
        }
    }
}

/// Lines one below the other.
pub(super) fn lines(text: &str) -> Markup {
    let text = readable(text);
    broken(text.trim().lines())
}

/// Text without what cannot be seen, every other blank of a gap such that a page keeps it and can still break it.
fn readable(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n").replace('\t', "    ");
    let mut before = '\n';
    let shown = text.chars().filter_map(|character| match character {
        '\n' => Some('\n'),
        _ if !character.is_control() => Some(character),
        _ => character.is_whitespace().then_some(' '),
    });
    let kept = shown.map(|character| {
        let gap = character == ' ' && matches!(before, ' ' | '\n');
        before = if gap { '\u{a0}' } else { character };
        before
    });
    kept.collect()
}

impl Line<'_> {
    fn read(line: &str) -> Line<'_> {
        let (mut depth, mut words) = (0, line);
        while depth < DEEPEST
            && let Some(quoted) = words.strip_prefix('>')
        {
            depth += 1;
            words = quoted.strip_prefix(' ').unwrap_or(quoted);
        }
        Line { depth, words }
    }
}

fn blocks(lines: &[Line<'_>], depth: usize, start: &str) -> Markup {
    let quoted = |line: &Line<'_>| line.depth > depth;
    html! {
        @for chunk in lines.chunk_by(|one, next| quoted(one) == quoted(next)) {
            @if chunk.first().is_some_and(quoted) {
                blockquote type="cite" style=(super::looks::cite(start)) {
                    (blocks(chunk, depth + 1, start))
                }
            } @else {
                @for lines in gathered(chunk, |line| line.words) {
                    p dir="auto" { (broken(lines.iter().map(|line| line.words))) }
                }
            }
        }
    }
}

/// The lines of each paragraph.
fn gathered<T>(lines: &[T], words: fn(&T) -> &str) -> impl Iterator<Item = &[T]> {
    let paragraphs = lines.split(move |line| words(line).trim().is_empty());
    paragraphs.filter(|paragraph| !paragraph.is_empty())
}

fn broken<'a>(lines: impl Iterator<Item = &'a str>) -> Markup {
    html! {
        @for (nth, line) in lines.enumerate() { @if nth > 0 { br; } (linked(line)) }
    }
}

fn linked(line: &str) -> Markup {
    html! {
        @for stretch in stretches(line) {
            @match stretch {
                Stretch::Words(words) => (words),
                Stretch::Link(link) => a href=(link) { (link) },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_keeps_its_lines_gaps_and_quotes() {
        let bar = super::super::looks::cite("left");
        let cite = format!("<blockquote type=\"cite\" style=\"{bar}\">");
        let rows = [
            ("", String::new()),
            ("a\r\nb\rc\n\n\n d ", "<p>a<br>b<br>c</p><p>~d</p>".into()),
            ("x:\n    y  z\tt\0", "<p>x:<br>~ ~ y ~z ~ ~t</p>".into()),
            ("> a\n>b\nc", format!("{cite}<p>a<br>b</p></blockquote><p>c</p>")),
            (">> a\n> b", format!("{cite}{cite}<p>a</p></blockquote><p>b</p></blockquote>")),
            ("a > b\n->", "<p>a &gt; b<br>-&gt;</p>".into()),
            ("**a** [b](javascript:c)", "<p>**a** [b](javascript:c)</p>".into()),
            (
                "https://a.test/?b=\"&c",
                "<p><a href=\"https://a.test/?b=\">https://a.test/?b=</a>&quot;&amp;c</p>".into(),
            ),
        ];
        for (text, expected) in rows {
            let shown = paragraphs(text, "left").0.replace(" dir=\"auto\"", "");
            assert_eq!(shown.replace('\u{a0}', "~"), expected, "{text:?}");
        }
        let deep = paragraphs(&format!("{} a", ">".repeat(9)), "left").0;
        assert_eq!(deep.matches("<blockquote").count(), DEEPEST);
        assert!(deep.contains(">&gt;&gt;&gt;&gt; a<"), "{deep}");
    }

    #[test]
    fn a_list_has_a_thing_a_line() {
        let shown = list("• a\n\n•b\n… and 2 more").0;
        assert_eq!(shown.matches("<li ").count(), 3);
        assert!(shown.contains(">a</li>") && shown.contains(">b</li>"), "{shown}");
    }
}
