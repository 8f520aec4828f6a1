//! A ticket's story as two files, a page and JSON, for whoever may read it: what was said, by whom and
//! when, with the last version of what was edited. Notes are in the copy of agents alone. The files lie
//! among what is incoming and are gone after a day: they hold people's words, which can be erased.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use desk::access::may_read_internal;
use desk::config::Config;
use desk::history::{Entry, Visibility};
use desk::talk::{self, Change};
use desk::{Number, PersonId};
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use store::upload::INCOMING;
use store::{Error, Store, Stored};

use crate::{Speaker, readable, who};

/// Where the two files can be downloaded, for a quarter of an hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Links {
    /// The page.
    pub html: String,
    /// The same for programs.
    pub json: String,
}

/// Something that was said.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    number: u64,
    at: jiff::Timestamp,
    by: String,
    event: &'static str,
    inside: bool,
    edited: bool,
    words: String,
    files: Vec<String>,
}

/// Writes both files. None where there is no such ticket, or none this person may see.
pub async fn write(
    store: &Store,
    speaker: &Speaker,
    number: Number,
) -> Result<Option<Links>, Error> {
    let config = store.config().await?;
    let who = who(speaker, &config);
    let Some(stored) = readable(store, speaker, number).await? else { return Ok(None) };
    let lines = lines(store, &stored, &config, may_read_internal(&who)).await?;
    let id = store.fresh_id();
    let page = page(&stored, &lines, &config.zone).into_bytes();
    let data = data(&stored, &lines).to_string().into_bytes();
    let link = async |bytes: Vec<u8>, ending: &str, kind: &str| {
        let key = format!("{INCOMING}transcript-{id}.{ending}");
        store.put_blob(&key, bytes, kind).await?;
        store.download_link(&key, &format!("ticket-{}.{ending}", number.0)).await
    };
    let html = link(page, "html", "text/html; charset=utf-8").await?;
    let json = link(data, "json", "application/json").await?;
    Ok(Some(Links { html, json }))
}

/// What was said in the ticket and in those that were merged into it, in the order it was said.
async fn lines(
    store: &Store,
    stored: &Stored,
    config: &Config,
    all: bool,
) -> Result<Vec<Line>, Error> {
    let mut names: BTreeMap<PersonId, String> = BTreeMap::new();
    let mut lines = Vec::new();
    for ticket in store.family(stored.ticket.clone()).await? {
        let history = store.history(ticket.number).await?;
        let changes = talk::changes(&history);
        for (seq, entry) in &history {
            let is_inside = entry.event.visibility() != Some(Visibility::Public);
            if is_inside && !all {
                continue;
            }
            let Some(mut line) = line(ticket.number, entry, changes.get(seq)) else { continue };
            if let Some(pointer) = entry.text.as_ref().and_then(|text| text.of) {
                let told = store.words(pointer.number, &[pointer.seq]).await?;
                line.words = told.into_values().next().map(|text| text.body).unwrap_or_default();
            }
            line.by = name(store, stored, config, entry, &mut names).await?;
            lines.push(line);
        }
    }
    lines.sort_by_key(|line| line.at);
    Ok(lines)
}

/// An entry that says something, as it reads now.
fn line(number: Number, entry: &Entry, change: Option<&Change<'_>>) -> Option<Line> {
    let event = entry.event.name();
    let text = entry.text.as_ref()?;
    let edited = change.is_some();
    let (body, files) = match change {
        Some(Change::Deleted(_)) => return None,
        Some(Change::Edited(_, text)) => (text.body.clone(), &text.files),
        None => (text.body.clone(), &text.files),
    };
    // An edit is an entry of its own, and read where it belongs.
    let is_change = event == "message_edited" || event == "message_deleted";
    if is_change || (body.trim().is_empty() && files.is_empty() && text.of.is_none()) {
        return None;
    }
    Some(Line {
        number: number.0,
        at: entry.at,
        by: String::new(),
        event,
        inside: entry.event.visibility() != Some(Visibility::Public),
        edited,
        words: body,
        files: files.iter().map(|file| file.name.clone()).collect(),
    })
}

async fn name(
    store: &Store,
    stored: &Stored,
    config: &Config,
    entry: &Entry,
    known: &mut BTreeMap<PersonId, String>,
) -> Result<String, Error> {
    let Some(id) = entry.by.person_id() else { return Ok("Bellhop".into()) };
    if let Some(name) = known.get(id) {
        return Ok(name.clone());
    }
    let member = config.member(id).map(|member| member.name.clone());
    let name = match member {
        Some(name) => name,
        None if *id == stored.ticket.requester => stored.asker.name.clone(),
        None => store.person(id).await?.map_or_else(|| "Somebody".into(), |person| person.name),
    };
    known.insert(id.clone(), name.clone());
    Ok(name)
}

fn data(stored: &Stored, lines: &[Line]) -> Value {
    let said = lines.iter().map(|line| {
        json!({
            "ticket": line.number, "at": line.at, "by": line.by, "event": line.event,
            "visibility": if line.inside { "internal" } else { "public" },
            "edited": line.edited, "body": line.words, "files": line.files,
        })
    });
    json!({
        "number": stored.ticket.number.0,
        "title": stored.title,
        "requester": stored.asker.name,
        "status": stored.ticket.status,
        "opened_at": stored.ticket.opened_at,
        "messages": said.collect::<Vec<_>>(),
    })
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:45em;margin:2em auto;padding:0 1em;\
color:#1b1f24;background:#fff}article{border-left:3px solid #3370c4;padding:.1em 1em;margin:1em 0}\
.note{border-color:#c77700;background:#fff8ec}p{white-space:pre-wrap;overflow-wrap:anywhere}\
small{color:#57606a}";

/// A page without scripts and without anything fetched: it reads the same in ten years.
fn page(stored: &Stored, lines: &[Line], zone: &TimeZone) -> String {
    let title = escaped(&format!("#{} {}", stored.ticket.number.0, stored.title));
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <style>{STYLE}</style></head><body><h1>{title}</h1>\n<p>{}</p>\n",
        escaped(&format!("Asked by {}", stored.asker.name)),
    );
    for line in lines {
        let sort = if line.inside { " class=\"note\"" } else { "" };
        let mut about = String::new();
        if line.inside {
            about.push_str(" · internal");
        }
        if line.edited {
            about.push_str(" · edited");
        }
        let at = line.at.to_zoned(zone.clone()).strftime("%a %-d %b %Y, %H:%M %Z").to_string();
        let (by, words) = (escaped(&line.by), escaped(&line.words));
        let wrote = writeln!(
            page,
            "<article{sort}><small><b>{by}</b> · {at}{about}</small><p>{words}</p>{}</article>",
            files(&line.files)
        );
        debug_assert!(wrote.is_ok(), "a text takes all that is written to it");
    }
    page.push_str("</body></html>\n");
    page
}

fn files(names: &[String]) -> String {
    if names.is_empty() {
        return String::new();
    }
    let items: String = names.iter().map(|name| format!("<li>{}</li>", escaped(name))).collect();
    format!("<small>Files:</small><ul>{items}</ul>")
}

/// Text of people as HTML shows it literally.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(character),
            control if control.is_control() => {}
            // What reorders the text after it would let one message rewrite another.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_words_become_markup() {
        let hostile = "<script>alert(1)</script> & \"'\u{202e}\0\n<img src=x onerror=1>";
        let shown = escaped(hostile);
        assert!(!shown.contains('<') && !shown.contains('\u{202e}') && !shown.contains('\0'));
        assert_eq!(escaped("a\nb"), "a\nb");
        assert_eq!(
            files(&["<b>.png".into()]),
            "<small>Files:</small><ul><li>&lt;b&gt;.png</li></ul>"
        );
    }
}
