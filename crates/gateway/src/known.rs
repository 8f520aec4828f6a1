//! Which threads are the desk's own, and which messages it was told of: in memory, as Discord says it
//! again whenever the relay connects.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serenity::all::{ChannelId, GuildChannel, MessageId, UserId};

/// How many messages are remembered; Discord names nothing but the id of one that was deleted.
const TOLD: usize = 10_000;

/// What the relay knows.
#[derive(Default)]
pub(crate) struct Known(Mutex<State>);

#[derive(Default)]
struct State {
    us: Option<UserId>,
    threads: HashSet<ChannelId>,
    told: HashSet<MessageId>,
    order: VecDeque<MessageId>,
}

impl Known {
    /// Who the bot is.
    pub(crate) fn is_called(&self, us: UserId) {
        self.lock().us = Some(us);
    }

    pub(crate) fn is_us(&self, user: UserId) -> bool {
        self.lock().us == Some(user)
    }

    /// Threads Discord tells of; those the bot made are the desk's.
    pub(crate) fn threads(&self, threads: &[GuildChannel]) {
        let mut state = self.lock();
        let us = state.us;
        let ours = threads.iter().filter(|thread| us.is_some() && thread.owner_id == us);
        let ours: Vec<ChannelId> = ours.map(|thread| thread.id).collect();
        state.threads.extend(ours);
    }

    pub(crate) fn is_ours(&self, channel: ChannelId) -> bool {
        self.lock().threads.contains(&channel)
    }

    pub(crate) fn told(&self, message: MessageId) {
        let mut state = self.lock();
        if state.told.insert(message) {
            state.order.push_back(message);
        }
        if state.order.len() > TOLD
            && let Some(oldest) = state.order.pop_front()
        {
            state.told.remove(&oldest);
        }
    }

    pub(crate) fn was_told(&self, message: MessageId) -> bool {
        self.lock().told.contains(&message)
    }

    /// A poisoned lock still holds what is known: nothing is changed half.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
