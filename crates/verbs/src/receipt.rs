//! `/ticket sla 12`: the receipt of a ticket's promises, as whoever asks may read it.

use desk::access::may_read_internal;
use desk::receipt::receipt;
use desk::{Entry, Number, Refusal};
use store::{Error, Store};

use crate::{Reply, Speaker, readable, receipt_words, who};

/// Shows it to whoever may read the ticket.
pub(crate) async fn show(store: &Store, speaker: &Speaker, number: Number) -> Result<Reply, Error> {
    let config = store.config().await?;
    let who = who(speaker, &config);
    readable(store, speaker, number).await?.ok_or(Refusal::NotOpened)?;
    let history = store.history(number).await?;
    let entries: Vec<Entry> = history.into_iter().map(|(_, entry)| entry).collect();
    let receipt = receipt(&entries, store.now()).ok_or(Refusal::NotOpened)?;
    let receipt = if may_read_internal(&who) { receipt } else { receipt.for_requester() };
    Ok(Reply::Lines(receipt_words::lines(number, &receipt)))
}
