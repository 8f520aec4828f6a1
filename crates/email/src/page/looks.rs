//! The three looks as MJML, with their colours by day and by night.
//! Text stands out from what is behind it by at least 4.5 to 1 in both (WCAG 2.2, 1.4.3); a test holds that.

use std::sync::LazyLock;

use maud::{Markup, PreEscaped, html};

use super::frame::{Frame, Part, Slot, only};

/// What the reader's system writes with.
const FONT: &str = "system-ui,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";

// No colour here is written `#1…`: whoever looks for a ticket's number in a mail finds none that is not there.

/// By day: around the card, the card, its words, small print, and the bar beside a quote.
const AROUND: &str = "#f1f3f5";
const CARD: &str = "#ffffff";
const INK: &str = "rgb(31,35,40)";
const QUIET: &str = "rgb(87,96,106)";
const BAR: &str = "#afb8c1";

/// What mail programs get that know style sheets; nothing of it is needed to read a mail.
const DAY: &str = "\
h1{margin:0 0 14px}\
p{margin:0 0 12px}\
.around{padding:16px 0}\
.card,.card>table{border-radius:8px}\
.bar p:last-child,.quiet p{margin:0}\
.ink a,.quiet a{color:rgb(7,87,186)}\
.ink th,.ink td,.ink li{padding:8px 0;border-top:1px solid #d0d7de;text-align:start}\
.ink th{padding-inline-end:16px}\
p,li,td{overflow-wrap:anywhere}";

/// The same by night, for mail programs that ask the system.
const NIGHT: &str = "\
@media (prefers-color-scheme:dark){\
body,.around{background:rgb(13,17,23)!important}\
.card,.card>table{background:rgb(22,27,34)!important}\
.ink div,.ink table{color:#e6edf3!important}\
.quiet div,.ink th{color:rgb(157,167,179)!important}\
.ink a,.quiet a{color:rgb(121,184,255)!important}\
.bar,.ink blockquote,.ink th,.ink td,.ink li{border-color:rgb(61,68,77)!important}\
}";

/// A list without bullets.
pub(super) const LIST: &str = "margin:0;padding:0;list-style:none;text-align:start";

/// The name of a fact.
pub(super) const FACT: &str = "width:30%;font-weight:normal;color:rgb(87,96,106)";

/// What somebody else had written, as mail programs set it off.
pub(super) fn cite(start: &str) -> String {
    format!("margin:0 0 12px;border-{start}:2px solid {BAR};padding-{start}:12px")
}

/// What a person wrote: nothing is coloured, so that each mail program shows it as it shows any mail.
pub(super) static PLAIN: LazyLock<Frame> = LazyLock::new(|| {
    let parts = [Part::Greeting, Part::Opening, Part::Quoted, Part::Facts, Part::Closing];
    let body = html! {
        mj-body {
            mj-raw {
                div style={ "padding:8px;font:15px/1.5 " (FONT) } {
                    @for part in parts { (part) }
                    div style="font-size:13px" { (Part::Footer) }
                }
            }
        }
    };
    Frame::new(page("p{overflow-wrap:anywhere}", body))
});

/// What the desk says by itself.
pub(super) static NOTICE: LazyLock<Frame> = LazyLock::new(|| {
    let start = Slot::Start;
    let bar = html! { "border-" (start) ":3px solid " (BAR) ";padding-" (start) ":14px" };
    let quoted = html! { div class="bar" style={ "text-align:start;" (bar) } { (Part::Quoted) } };
    Frame::new(page(&[DAY, NIGHT].concat(), card(quoted)))
});

/// Several things in one mail.
pub(super) static DIGEST: LazyLock<Frame> = LazyLock::new(|| {
    let quoted = html! { (Part::Quoted) };
    Frame::new(page(&[DAY, NIGHT].concat(), card(quoted)))
});

/// A page with this style and body, by day and by night.
fn page(style: &str, body: Markup) -> Markup {
    html! {
        mjml lang=(Slot::Language) dir=(Slot::Direction) {
            mj-head {
                mj-title { (Slot::Title) }
                mj-preview { (Slot::Preheader) }
                mj-raw {
                    meta name="color-scheme" content="light dark";
                    meta name="supported-color-schemes" content="light dark";
                }
                mj-attributes {
                    mj-all font-family=(FONT) align=(Slot::Start) {}
                    mj-text padding="4px 28px" font-size="15px" line-height="1.5" color=(INK) {}
                    mj-table padding="12px 28px" font-size="14px" line-height="1.5" cellpadding="6" color=(INK) {}
                }
                mj-style { (PreEscaped(style)) }
            }
            (body)
        }
    }
}

/// A heading and the parts on a card, small print below.
fn card(quoted: Markup) -> Markup {
    let small =
        html! { mj-text css-class="quiet" font-size="13px" color=(QUIET) { (Part::Footer) } };
    let column = html! {
        mj-text css-class="ink" {
            h1 style="font-size:20px;font-weight:600;line-height:1.3" { (Slot::Title) }
            (Part::Greeting)
            (Part::Opening)
        }
        (only(Part::Quoted, html! { mj-text css-class="ink" { (quoted) } }))
        (only(Part::Facts, html! { mj-table css-class="ink" { (Part::Facts) } }))
        (only(Part::Closing, html! { mj-text css-class="ink" { (Part::Closing) } }))
        (only(Part::Footer, small))
    };
    let direction = Slot::Direction;
    html! {
        mj-body background-color=(AROUND) css-class="around" {
            mj-section css-class="card" background-color=(CARD) padding="20px 0" direction=(direction) {
                mj-column direction=(direction) { (column) }
            }
        }
    }
}
