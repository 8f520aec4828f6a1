//! Who calls: a token acts as its person; an admin's may act for another.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, RwLock};

use desk::access::{Role, Scope, Who};
use desk::config::Config;
use desk::person::{Person, normal_address};
use http::{HeaderMap, header};
use jiff::{SignedDuration, Timestamp};
use store::Store;
use store::people::Introduction;
use store::token::{Token, token_id};

use crate::problem::Problem;

/// How long a token, and who its person is, is believed without asking again.
const BELIEVED_FOR: SignedDuration = SignedDuration::from_secs(30);
/// How many tokens are remembered.
const REMEMBERED: usize = 1_000;

/// Whoever calls, and the configuration they call under.
pub(crate) struct Caller {
    pub who: Who,
    pub token: String,
    /// What the token may be used for; empty is everything.
    pub scopes: BTreeSet<Scope>,
    pub config: Arc<Config>,
}

/// Tokens seen lately, so that a call does not cost a read to know who makes it.
#[derive(Clone, Default)]
pub(crate) struct Tokens {
    known: Arc<RwLock<HashMap<String, Known>>>,
}

/// A token, whose it is, and when that was looked up.
#[derive(Clone)]
struct Known {
    token: Token,
    person: Option<Person>,
    at: Timestamp,
}

impl Tokens {
    /// The caller, or a problem that does not tell why.
    pub async fn authenticate(
        &self,
        store: &Store,
        headers: &HeaderMap,
        query: &[(String, String)],
    ) -> Result<Caller, Problem> {
        let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let secret = header.and_then(bearer).ok_or_else(Problem::unauthorized)?;
        let known = self.known(store, secret).await?.ok_or_else(Problem::unauthorized)?;
        let config = store.config().await?;
        let own = own(store, &config, &known).await?;
        let token = known.token;
        let stands_for = query.iter().find(|(name, _)| name == "as").map(|(_, value)| value);
        let who = match stands_for {
            None => own,
            Some(_) if own.role != Role::Admin => return Err(Problem::forbidden()),
            Some(email) => stand_in(store, &config, own, email).await?,
        };
        Ok(Caller { who, token: token.id, scopes: token.scopes, config })
    }

    /// Somebody may be somebody else by now: everybody is looked up again.
    pub fn forget(&self) {
        if let Ok(mut known) = self.known.write() {
            known.clear();
        }
    }

    async fn known(&self, store: &Store, secret: &str) -> Result<Option<Known>, Problem> {
        let (id, at) = (token_id(secret), store.wall());
        let known = self.known.read().ok().and_then(|known| known.get(&id).cloned());
        let believed =
            |known: &Known| known.person.is_some() && known.at.duration_until(at) < BELIEVED_FOR;
        if let Some(known) = known.filter(believed) {
            return Ok(Some(known));
        }
        let Some(token) = store.token(secret).await? else { return Ok(None) };
        let person = store.person(&token.person).await?;
        let found = Known { token, person, at };
        if let Ok(mut known) = self.known.write() {
            if known.len() >= REMEMBERED {
                known.clear();
            }
            known.insert(id, found.clone());
        }
        Ok(Some(found))
    }
}

fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The person an admin acts for, made known if new.
async fn stand_in(store: &Store, config: &Config, admin: Who, email: &str) -> Result<Who, Problem> {
    let address = normal_address(email)
        .ok_or_else(|| Problem::field("as", "as=EMAIL takes one mail address"))?;
    let person = store.welcome(&Introduction::by_email(&address, None)).await?;
    let through = (person.id != admin.id).then_some(admin.id);
    Ok(Who { through, ..store.who(&person, config.role(&person.id)).await? })
}

/// Whose token it is by now. Whoever turned out to be a member has the member's role by the member's
/// own tokens alone: nobody gains a role by being linked.
async fn own(store: &Store, config: &Config, known: &Known) -> Result<Who, Problem> {
    let role = config.role(&known.token.person);
    match &known.person {
        Some(person) if person.erased => Err(Problem::unauthorized()),
        Some(person) => Ok(store.who(person, role).await?),
        None => Ok(Who::new(known.token.person.clone(), role).at(config)),
    }
}
