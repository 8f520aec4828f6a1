//! The page: windows side by side, each one person at one service, and the inspector below.

use anyhow::Result;
use desk::config::ChatChannel;
use desk::person::Identity;
use maud::{DOCTYPE, Markup, html};

use super::blocks::{self, Around, text};
use super::cast::{self, Channel, Service};
use super::room::{Offer, Room};
use super::screen::{Dialog, Screen};
use super::{Stage, components, inspector, messages};
use crate::outbox::Item;

/// What stands there when nobody said otherwise.
const AT_FIRST: [&str; 2] = ["slack.kofi.C0HELP", "slack.admin.C0TRIAGE"];
/// How many windows fit beside each other.
const WINDOWS: usize = 4;
/// What a channel is called in which somebody looks at the app's Home.
const HOME: &str = "home";
/// One person at one service.
pub struct Window<'a> {
    /// Where it stands among the others.
    place: usize,
    pub(super) service: Service,
    who: String,
    pub(super) channel: String,
    /// The query that shows this page again.
    back: &'a str,
    /// The dialog on top, and what its selects offer.
    dialog: Option<String>,
    room: &'a Room,
}

impl Window<'_> {
    pub(super) fn account(&self) -> String {
        cast::account(self.service, &self.who)
    }

    /// What every form of the window says.
    pub fn hidden(&self) -> Markup {
        html! {
            input type="hidden" name="as" value=(self.who);
            input type="hidden" name="service" value=(self.service.word());
            input type="hidden" name="in" value=(self.channel);
            input type="hidden" name="back" value=(self.back);
        }
    }

    /// What a select of the dialog offers.
    pub fn offers(&self, element: &str) -> Vec<Offer> {
        let dialog = self.dialog.as_deref();
        dialog.and_then(|dialog| self.room.offers(dialog, element)).unwrap_or_default()
    }

    /// Everybody who can be chosen.
    pub fn people(&self, chosen: &str) -> Markup {
        html! {
            @for name in cast::PEOPLE {
                @let account = cast::account(self.service, name);
                option value=(account) selected[account == chosen] { (cast::capital(name)) }
            }
        }
    }

    /// The address of the page with this window elsewhere.
    fn at(&self, who: &str, channel: &str, service: Service) -> String {
        let here = format!("{}.{who}.{channel}", service.word());
        let windows = windows_of(self.back).into_iter().enumerate();
        let windows =
            windows.map(|(place, window)| if place == self.place { here.clone() } else { window });
        address(windows)
    }
}

fn address(windows: impl Iterator<Item = String>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    windows.for_each(|window| {
        query.append_pair("w", &window);
    });
    format!("/dev/chat?{}", query.finish())
}

fn windows_of(query: &str) -> Vec<String> {
    let said = url::form_urlencoded::parse(query.as_bytes());
    let said = said.filter(|(name, _)| name == "w").map(|(_, window)| window.into_owned());
    let said: Vec<String> = said.take(WINDOWS).collect();
    if said.is_empty() { AT_FIRST.map(str::to_owned).to_vec() } else { said }
}

/// What there is to see in a service.
pub fn screen(stage: &Stage, service: Service) -> Screen {
    screen_of(stage, service, &stage.desk.outbox.since(0))
}

fn screen_of(stage: &Stage, service: Service, left: &[Item]) -> Screen {
    let application = &stage.desk.standins.discord_application;
    Screen::of(service, &stage.room.acts(service), left, application)
}

/// The page that a query asks for.
pub async fn show(stage: &Stage, host: &str, query: &str) -> Result<Markup> {
    let left = stage.desk.outbox.since(0);
    let screens = Service::ALL.map(|service| screen_of(stage, service, &left));
    super::act::ask_for_offers(stage, host, &screens[0]).await?;
    let windows: Vec<Window<'_>> = windows_of(query)
        .into_iter()
        .enumerate()
        .filter_map(|(place, window)| {
            let mut parts = window.splitn(3, '.');
            let service = Service::parse(parts.next()?)?;
            let who = parts.next().filter(|who| cast::PEOPLE.contains(who))?.to_owned();
            let channel = parts.next()?.to_owned();
            let at = usize::from(service == Service::Discord);
            let account = cast::account(service, &who);
            let dialog = screens.get(at)?.dialog(&account).map(|dialog| dialog.id.clone());
            Some(Window { place, service, who, channel, back: query, dialog, room: &stage.room })
        })
        .collect();
    let ready = is_set(stage).await?;
    let complaint = stage.room.complaint();
    let now = stage.desk.clock.now().strftime("%a %-d %b, %H:%M UTC").to_string();
    Ok(html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Chat · Bellhop" }
                link rel="stylesheet" href="/dev/chat/room.css";
                link rel="icon" href="data:,";
                script type="module" src="/dev/chat/room.js" {}
            }
            body {
                header.top {
                    a.brand href="/" { "Bellhop" }
                    h1 { "Chat room" }
                    p.quiet { "Slack and Discord without an account. Every request is signed and goes to the real doors." }
                    time.clock datetime=(stage.desk.clock.now()) { "desk time " (now) }
                }
                @if let Some(complaint) = complaint { p.complaint role="alert" { (complaint) } }
                @if !ready { (stage_form(query)) }
                main id="room" {
                    @for window in &windows {
                        @let at = usize::from(window.service == Service::Discord);
                        @if let Some(screen) = screens.get(at) { (draw(window, screen, stage)) }
                    }
                    (one_more(query, windows.len()))
                }
                (inspector::draw(stage, query))
            }
        }
    })
}

fn stage_form(query: &str) -> Markup {
    html! {
        form.stage action="/dev/chat/act/stage" method="post" {
            input type="hidden" name="back" value=(query);
            p { "The desk's cards have no channel yet. Set the stage: cards of the first queue go to " b { "#triage" } ", and Admin is an agent in both services." }
            button.primary { "Set the stage" }
        }
    }
}

fn one_more(query: &str, windows: usize) -> Markup {
    let more = |window: &str| {
        address(windows_of(query).into_iter().chain(std::iter::once(window.to_owned())))
    };
    html! {
        @if windows < WINDOWS {
            nav.more aria-label="One more window" {
                a href=(more("slack.ada.C0HELP")) { "+ Slack" }
                a href=(more(&format!("discord.mei.{}", cast::HELP[1].id))) { "+ Discord" }
            }
        }
    }
}

fn draw(window: &Window<'_>, screen: &Screen, stage: &Stage) -> Markup {
    let account = window.account();
    let application = &stage.desk.standins.discord_application;
    let direct = cast::direct(window.service, &window.who, application);
    let id = format!("window{}", window.place);
    html! {
        section.window id=(id) data-service=(window.service.word()) aria-label={ (cast::capital(&window.who)) " in " (window.service.label()) } {
            header {
                strong { (window.service.label()) }
                nav.people aria-label="Who" {
                    @for name in cast::PEOPLE {
                        @let theirs = cast::direct(window.service, name, application);
                        @let channel = if window.channel == direct { theirs.as_str() } else { &window.channel };
                        a href=(window.at(name, channel, window.service)) aria-current=[(name == window.who).then_some("true")] { (cast::capital(name)) }
                    }
                }
                @let others = windows_of(window.back).into_iter().enumerate().filter(|(place, _)| *place != window.place);
                a.shut href=(address(others.map(|(_, window)| window))) aria-label="Close this window" { "×" }
            }
            div.inside {
                (channels(window, screen, &direct))
                @if window.channel == HOME { (home(window, screen, &account)) }
                @else { (messages::draw(window, screen, &account)) }
            }
            @if let Some(dialog) = screen.dialog(&account) { (draw_dialog(window, dialog)) }
        }
    }
}

fn channels(window: &Window<'_>, screen: &Screen, direct: &str) -> Markup {
    let link = |id: &str, name: Markup| {
        html! {
            li { a href=(window.at(&window.who, id, window.service)) aria-current=[(id == window.channel).then_some("page")] { (name) } }
        }
    };
    let threads: Vec<(&String, &(String, String))> = screen.threads.iter().collect();
    html! {
        ul.channels {
            @for Channel { id, name } in cast::channels(window.service) {
                @if id == cast::HELP[0].id || id == cast::HELP[1].id || window.who == cast::AGENT { (link(id, html! { "# " (name) })) }
            }
            @for (id, (_, name)) in threads { (link(id, html! { "↳ " (name) })) }
            (link(direct, html! { "● Bellhop" }))
            @if window.service == Service::Slack { (link(HOME, html! { "⌂ Home" })) }
        }
    }
}

fn home(window: &Window<'_>, screen: &Screen, account: &str) -> Markup {
    html! {
        div.room {
            form.one action="/dev/chat/act/slack-home" method="post" { (window.hidden()) button { "Open Home" } }
            div.log {
                @match screen.homes.get(account) {
                    Some(home) => (blocks::draw(window, &home["blocks"], Around::Home)),
                    None => p.empty { "Bellhop has published nothing here yet." },
                }
            }
        }
    }
}

fn draw_dialog(window: &Window<'_>, dialog: &Dialog) -> Markup {
    let service = window.service;
    let words = |name: &str| text(&dialog.view[name], "text").to_owned();
    let (title, send) = match service {
        Service::Slack => (words("title"), words("submit")),
        Service::Discord => (text(&dialog.view, "title").to_owned(), "Submit".to_owned()),
    };
    html! {
        div.shade {
            form.dialog role="dialog" aria-modal="true" aria-label=(title) action={ "/dev/chat/act/" (service.word()) "-submit" } method="post" {
                (window.hidden())
                h3 { (title) }
                div.fields {
                    @match service {
                        Service::Slack => (blocks::draw(window, &dialog.view["blocks"], Around::Dialog { errors: &dialog.errors })),
                        Service::Discord => (components::dialog(window, &dialog.view)),
                    }
                }
                footer {
                    button formaction={ "/dev/chat/act/" (service.word()) "-close" } formnovalidate { "Close" }
                    @if !send.is_empty() { button.primary { (send) } }
                }
            }
        }
    }
}

/// Whether agents see cards, and Admin is one in Discord, too.
async fn is_set(stage: &Stage) -> Result<bool> {
    let config = stage.desk.store.config().await?;
    Ok(config.queues.first().is_none_or(|queue| queue.channel.is_some()))
}

/// Gives the first queue a channel, and the admin an account in both services.
pub async fn set_the_stage(stage: &Stage) -> Result<()> {
    let store = &stage.desk.store;
    let config = store.config().await?;
    let Some(admin) = config.members.first().map(|member| member.id.clone()) else {
        anyhow::bail!("the desk has no members");
    };
    let slack = cast::account(Service::Slack, cast::AGENT);
    let accounts = [
        Identity::Slack { team: cast::TEAM.into(), user: slack },
        Identity::Discord { user: cast::account(Service::Discord, cast::AGENT) },
    ];
    for account in accounts {
        store.link(&admin, &account).await?;
    }
    let staged = store.configure(None, |config| {
        let mut after = config.clone();
        if let Some(queue) = after.queues.first_mut() {
            queue.channel = Some(ChatChannel::Slack(cast::TRIAGE[0].id.into()));
        }
        Ok::<_, std::convert::Infallible>(after)
    });
    match staged.await? {
        Ok(_) => Ok(()),
        Err(never) => match never {},
    }
}
