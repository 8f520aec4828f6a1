//! Every dialog but the one for a new ticket: answering, noting, giving away, another date, a reason, a
//! comment, and what is shown when something is done. What is sent comes back to `sent`.

use chat::slack::card::Message;
use chat::slack::dialog::{Choice, Dialog, Element, Input, Part};
use serde_json::Value;
use verbs::Reply;
use verbs::dialog::Then;
use verbs::offer::Candidate;

use crate::kept::Kept;
use crate::{message, words};

/// An answer: written, and looked at before it leaves.
pub(crate) const REPLY: &str = "ticket.reply";
/// An answer that was looked at.
pub(crate) const SEND: &str = "ticket.send";
/// A note for agents.
pub(crate) const NOTE: &str = "ticket.note";
/// Somebody else shall do it.
pub(crate) const ASSIGN: &str = "ticket.assign";
/// Another date.
pub(crate) const EXTEND: &str = "ticket.extend";
/// Why it is not solved.
pub(crate) const REASON: &str = "ticket.close";
/// What a rating has to say in words.
pub(crate) const RATE: &str = "ticket.rate";
/// What was filed, said better.
pub(crate) const EDIT: &str = "ticket.edit";
/// A message for a ticket that exists.
pub(crate) const ADD: &str = "ticket.add";

/// The block of what is said.
pub(crate) const BODY: &str = "body";
/// The block that says whom an answer is for.
pub(crate) const MODE: &str = "mode";
/// The block that says how the ticket shall stand then.
pub(crate) const NEXT: &str = "next";
/// The block of an account.
pub(crate) const WHO: &str = "who";
/// The block of a moment.
pub(crate) const DUE: &str = "due";
/// The block of files.
pub(crate) const FILES: &str = "files";
/// The block of a title.
pub(crate) const TITLE: &str = "title";
/// The block of a ticket's number that is typed.
pub(crate) const NUMBER: &str = "number";
/// The block in which a ticket is chosen.
pub(crate) const TICKET: &str = "ticket";

/// What an agent's answer is for: everybody.
pub(crate) const PUBLIC: &str = "reply";
/// For agents alone.
pub(crate) const INTERNAL: &str = "note";

/// What Slack takes in one input of plain text.
const PAGE: usize = 3000;
/// How many of them a preview has.
const PAGES: usize = 8;

/// The dialog of an answer; only staff choose whom it is for and what follows.
pub(crate) fn reply(kept: &Kept, staff: bool, begun: Option<String>) -> Dialog {
    let mut parts = Vec::new();
    if staff {
        let options = vec![choice(PUBLIC, words::PUBLIC), choice(INTERNAL, words::INTERNAL)];
        parts.push(asked(
            MODE,
            words::WHO_SEES_IT,
            Element::Buttons { options, initial: Some(PUBLIC.into()) },
        ));
    }
    parts.push(asked(BODY, words::MESSAGE, Element::Rich { initial: begun }));
    if staff {
        let options = vec![
            choice(Then::Stay.word(), words::STAY),
            choice(Then::Await.word(), words::AWAIT),
            choice(Then::Solve.word(), words::SOLVE),
        ];
        parts.push(asked(
            NEXT,
            words::THEN,
            Element::Menu {
                groups: vec![(String::new(), options)],
                initial: Some(Then::Stay.word().into()),
            },
        ));
    }
    parts.push(perhaps(FILES, words::FILES, Element::Files { at_most: 10 }));
    let submit = if staff { words::LOOK_AT_IT } else { words::SEND };
    about(REPLY, words::REPLY_TO, submit, kept, parts)
}

/// An answer once more, with everybody it reaches; it can still be said better.
pub(crate) fn preview(kept: &Kept, recipients: &[String], body: &str) -> Dialog {
    let mut parts = vec![Part::Words(format!("{}\n{}", words::REACHES, recipients.join("\n")))];
    let pages = pages(body);
    for (nth, page) in pages.into_iter().enumerate() {
        parts.push(asked(
            &format!("{BODY}{nth}"),
            words::MESSAGE,
            Element::Words { long: true, initial: Some(page), at_most: PAGE },
        ));
    }
    parts.extend(
        kept.then.as_deref().map(Then::parse).map(|then| Part::Aside(words::then(then).into())),
    );
    about(SEND, words::REPLY_TO, words::SEND, kept, parts)
}

/// Whether an answer fits a preview.
pub(crate) fn fits(body: &str) -> bool {
    pages(body).len() <= PAGES
}

/// Parts of a text that Slack takes, cut where a line ends if there is one.
fn pages(body: &str) -> Vec<String> {
    let mut pages = Vec::new();
    let mut rest = body;
    loop {
        let Some((end, _)) = rest.char_indices().nth(PAGE) else {
            pages.push(rest.to_owned());
            return pages;
        };
        let page = rest.get(..end).unwrap_or_default();
        let cut = page.rfind('\n').filter(|cut| *cut > 0).unwrap_or(end);
        pages.push(rest.get(..cut).unwrap_or_default().to_owned());
        let behind = rest.get(cut..).unwrap_or_default();
        rest = behind.strip_prefix('\n').unwrap_or(behind);
    }
}

/// A note for agents alone.
pub(crate) fn note(kept: &Kept) -> Dialog {
    let parts = vec![
        asked(BODY, words::NOTE, Element::Rich { initial: None }),
        perhaps(FILES, words::FILES, Element::Files { at_most: 10 }),
    ];
    about(NOTE, words::NOTE_ON, words::ADD_NOTE, kept, parts)
}

/// Who shall do it.
pub(crate) fn assign(kept: &Kept) -> Dialog {
    let parts = vec![asked(WHO, words::WHO_SHALL, Element::Account { initial: None })];
    about(ASSIGN, words::ASSIGN, words::GIVE, kept, parts)
}

/// Until when, and why.
pub(crate) fn extend(kept: &Kept, from: Option<i64>) -> Dialog {
    let parts = vec![
        asked(DUE, words::NEW_DATE, Element::Moment { initial: from }),
        asked(BODY, words::WHY, Element::Words { long: true, initial: None, at_most: PAGE }),
    ];
    about(EXTEND, words::EXTEND, words::AGREE, kept, parts)
}

/// What is still wrong.
pub(crate) fn reason(kept: &Kept) -> Dialog {
    let parts = vec![
        asked(BODY, words::WHAT_IS_WRONG, Element::Rich { initial: None }),
        perhaps(FILES, words::FILES, Element::Files { at_most: 10 }),
    ];
    about(REASON, words::NOT_SOLVED, words::SEND, kept, parts)
}

/// What a rating has to say in words.
pub(crate) fn comment(kept: &Kept) -> Dialog {
    let body = Element::Words { long: true, initial: None, at_most: PAGE };
    let parts = vec![Part::Words(words::THANKS.into()), asked(BODY, words::ANYTHING_TO_ADD, body)];
    about(RATE, words::RATED, words::SEND, kept, parts)
}

/// What was filed, said better.
pub(crate) fn edit(kept: &Kept, title: &str) -> Dialog {
    let words_of_title =
        Element::Words { long: false, initial: Some(title.to_owned()), at_most: 300 };
    let parts = vec![
        asked(TITLE, words::TITLE, words_of_title),
        perhaps(BODY, words::MORE_DETAILS, Element::Rich { initial: None }),
        perhaps(FILES, words::FILES, Element::Files { at_most: 10 }),
    ];
    about(EDIT, words::EDIT, words::SAVE, kept, parts)
}

/// Which ticket a message belongs to.
pub(crate) fn add(kept: &Kept, candidates: &[Candidate], text: &str) -> Dialog {
    let options = candidates
        .iter()
        .map(|one| choice(&one.number.to_string(), &format!("#{} {}", one.number, one.title)));
    let menu = Element::Menu { groups: vec![(String::new(), options.collect())], initial: None };
    let parts = vec![
        perhaps(TICKET, words::WHICH_TICKET, menu),
        perhaps(
            NUMBER,
            words::OR_NUMBER,
            Element::Words { long: false, initial: None, at_most: 20 },
        ),
        asked(BODY, words::MESSAGE, Element::Rich { initial: Some(text.to_owned()) }),
    ];
    Dialog {
        callback: ADD,
        title: words::ADD_TO_TICKET.into(),
        submit: Some(words::ADD.into()),
        metadata: kept.written(),
        parts,
    }
}

/// What came of it.
pub(crate) fn done(title: &str, reply: Reply) -> Dialog {
    let Message { blocks, text } = message(reply);
    let blocks = match blocks {
        Value::Array(blocks) => Part::Blocks(blocks),
        _ => Part::Words(text),
    };
    Dialog {
        callback: "done",
        title: title.into(),
        submit: None,
        metadata: Kept::new().written(),
        parts: vec![blocks],
    }
}

/// A sentence in a dialog's place.
pub(crate) fn sentence(text: &str) -> Dialog {
    Dialog {
        callback: "done",
        title: words::DESK.into(),
        submit: None,
        metadata: Kept::new().written(),
        parts: vec![Part::Words(text.into())],
    }
}

/// The dialog of a ticket, by its number where it is known.
fn about(
    callback: &'static str,
    title: &str,
    submit: &str,
    kept: &Kept,
    parts: Vec<Part>,
) -> Dialog {
    let title = match kept.number {
        Some(number) => format!("{title} #{number}"),
        None => title.to_owned(),
    };
    Dialog { callback, title, submit: Some(submit.into()), metadata: kept.written(), parts }
}

fn choice(value: &str, label: &str) -> Choice {
    Choice { label: label.into(), value: value.into() }
}

fn asked(block: &str, label: &str, element: Element) -> Part {
    input(block, label, false, element)
}

fn perhaps(block: &str, label: &str, element: Element) -> Part {
    input(block, label, true, element)
}

fn input(block: &str, label: &str, optional: bool, element: Element) -> Part {
    Part::Input(Input {
        block: block.into(),
        label: label.into(),
        hint: None,
        optional,
        tells: false,
        element,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_answer_is_shown_in_parts_and_loses_nothing() {
        let line = "a line of an answer\n";
        let long = line.repeat(700);
        let shown = pages(&long);
        assert!(shown.iter().all(|page| page.chars().count() <= PAGE));
        assert_eq!(shown.join("\n"), long);
        assert!(fits(&long) && !fits(&line.repeat(2000)));
        assert_eq!(pages("short"), ["short"]);
        assert_eq!(pages(&"ü".repeat(3001)).len(), 2);
    }
}
