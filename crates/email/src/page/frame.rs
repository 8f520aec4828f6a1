//! A look with its places left open: written as MJML, turned to HTML once, filled for each mail.
//! It knows where something belongs, not what; whatever fills it has been escaped already.

use maud::{Markup, Render, html};
use mrml::prelude::render::RenderOptions;

/// What a page consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Greeting,
    Opening,
    Quoted,
    Facts,
    Closing,
    Footer,
}

/// A place to be filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// The tag of the language.
    Language,
    /// `ltr` or `rtl`.
    Direction,
    /// The side where lines begin.
    Start,
    Title,
    Preheader,
    Part(Part),
}

/// What a marked place in the MJML stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Slot(Slot),
    /// What follows is there only with this part, up to the end.
    Only(Part),
    End,
}

/// How each is written between `⟦` and `⟧`, which nothing else in a look is.
const MARKS: [(&str, Mark); 18] = [
    ("language", Mark::Slot(Slot::Language)),
    ("direction", Mark::Slot(Slot::Direction)),
    ("start", Mark::Slot(Slot::Start)),
    ("title", Mark::Slot(Slot::Title)),
    ("preheader", Mark::Slot(Slot::Preheader)),
    ("greeting", Mark::Slot(Slot::Part(Part::Greeting))),
    ("opening", Mark::Slot(Slot::Part(Part::Opening))),
    ("quoted", Mark::Slot(Slot::Part(Part::Quoted))),
    ("facts", Mark::Slot(Slot::Part(Part::Facts))),
    ("closing", Mark::Slot(Slot::Part(Part::Closing))),
    ("footer", Mark::Slot(Slot::Part(Part::Footer))),
    ("only greeting", Mark::Only(Part::Greeting)),
    ("only opening", Mark::Only(Part::Opening)),
    ("only quoted", Mark::Only(Part::Quoted)),
    ("only facts", Mark::Only(Part::Facts)),
    ("only closing", Mark::Only(Part::Closing)),
    ("only footer", Mark::Only(Part::Footer)),
    ("end", Mark::End),
];

impl Render for Mark {
    fn render_to(&self, buffer: &mut String) {
        let found = MARKS.iter().find(|(_, mark)| mark == self);
        let name = found.map_or("", |(name, _)| name);
        buffer.extend(["⟦", name, "⟧"]);
    }
}

impl Render for Slot {
    fn render_to(&self, buffer: &mut String) {
        Mark::Slot(*self).render_to(buffer);
    }
}

impl Render for Part {
    fn render_to(&self, buffer: &mut String) {
        Slot::Part(*self).render_to(buffer);
    }
}

/// This much of a look where the part has something to show, else nothing.
pub(super) fn only(part: Part, shown: Markup) -> Markup {
    html! { mj-raw { (Mark::Only(part)) } (shown) mj-raw { (Mark::End) } }
}

/// A look as HTML, cut at its places.
#[derive(Debug)]
pub(super) struct Frame(Vec<Piece>);

/// HTML that stays as it is, and what comes behind it.
#[derive(Debug)]
struct Piece {
    only: Option<Part>,
    html: String,
    slot: Option<Slot>,
}

impl Frame {
    /// From MJML. What cannot be turned to HTML stands as it is: mail programs show the words of elements that
    /// they do not know.
    pub(super) fn new(mjml: Markup) -> Frame {
        let mjml = mjml.into_string();
        Frame::cut(&rendered(&mjml).unwrap_or(mjml))
    }

    fn cut(html: &str) -> Frame {
        let mut pieces = Vec::new();
        let mut only = None;
        for part in html.split_inclusive('⟧') {
            let (html, mark) = part.split_once('⟦').unwrap_or((part, ""));
            let known = MARKS.iter().find(|(name, _)| mark.trim_end_matches('⟧') == *name);
            let mark = known.map(|(_, mark)| *mark);
            let slot = if let Some(Mark::Slot(slot)) = mark { Some(slot) } else { None };
            pieces.push(Piece { only, html: html.to_owned(), slot });
            match mark {
                Some(Mark::Only(part)) => only = Some(part),
                Some(Mark::End) => only = None,
                Some(Mark::Slot(_)) | None => {}
            }
        }
        Frame(pieces)
    }

    /// The look with its places filled; what belongs to a part that is not there is left out.
    pub(super) fn filled(
        &self,
        has: impl Fn(Part) -> bool,
        fill: impl Fn(Slot) -> Markup,
    ) -> String {
        let mut html = String::with_capacity(8 * 1024);
        for piece in self.0.iter().filter(|piece| piece.only.is_none_or(&has)) {
            html.push_str(&piece.html);
            if let Some(slot) = piece.slot {
                html.push_str(&fill(slot).0);
            }
        }
        html
    }
}

/// Without a font from elsewhere.
fn rendered(mjml: &str) -> Option<String> {
    let options = RenderOptions { fonts: Default::default(), ..RenderOptions::default() };
    mrml::parse(mjml).ok()?.element.render(&options).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_leaves_no_gap() {
        let frame = Frame::cut("<a ⟦start⟧>⟦only facts⟧<b>⟦facts⟧</b>⟦end⟧<c>⟦only footer⟧<d>");
        let fill = |slot: Slot| html! { (format!("{slot:?}")) };
        assert_eq!(frame.filled(|_| true, fill), "<a Start><b>Part(Facts)</b><c><d>");
        assert_eq!(frame.filled(|part| part == Part::Footer, fill), "<a Start><c><d>");
    }

    #[test]
    fn each_mark_is_read_as_written() {
        for (name, mark) in MARKS {
            assert_eq!(mark.render().0, format!("⟦{name}⟧"));
        }
    }
}
