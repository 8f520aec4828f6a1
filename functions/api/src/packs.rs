//! Packs: queues, forms and policies for a kind of work, added at once.

use std::sync::Arc;

use desk::config::Config;
use serde_json::{Value, json};
use settings::diff::changes;
use settings::packs::{self, NotAdded, Pack};
use settings::{Document, Wrong};

use crate::configuration::{fitting, render};
use crate::problem::Problem;
use crate::queues::{may_configure, may_look};
use crate::{Answer, Call};

/// `GET /v1/packs`
pub(crate) async fn list(call: &Call<'_>) -> Result<Answer, Problem> {
    call.only(may_look)?;
    let config = call.latest_config().await?;
    let packs = packs::ids().map(|id| known(&config, id)).collect::<Result<Vec<_>, _>>()?;
    let (packs, next) = call.slice(packs, None, |pack| pack.id.to_owned())?;
    Ok(call.page(packs.iter().map(|pack| show(pack, &config)).collect(), next))
}

/// `POST /v1/packs/{id}`: what is there stays as it is.
pub(crate) async fn add(call: &Call<'_>, id: &str) -> Result<Answer, Problem> {
    call.only(may_configure)?;
    call.fields()?;
    let config = call.latest_config().await?;
    let before = Document::of(&config);
    let planned = with(call, &config, id).map(|next| {
        let differing = changes(&before, &Document::of(&next));
        let version = config.version + u64::from(next != *config);
        let shown: Vec<Value> = differing.iter().map(render).collect();
        Answer::ok(json!({ "version": version, "changes": shown }))
    });
    let answer = call.promise(planned).await?;
    let changed = call.configure(|config| with(call, config, id)).await?;
    let _: Arc<Config> = changed?;
    Ok(answer)
}

fn with(call: &Call<'_>, config: &Config, id: &str) -> Result<Config, Problem> {
    let next = known(config, id)?.add_to(config, &call.caller.who.id);
    let next = next.map_err(|refused| match refused {
        NotAdded::Clash { .. } => Problem::exists("id", refused.to_string()),
        NotAdded::Wrong(Wrong { message, .. }) => Problem::field("id", message),
    });
    fitting(next?)
}

fn known(config: &Config, id: &str) -> Result<Pack, Problem> {
    packs::pack(id, config)?.ok_or_else(Problem::not_found)
}

fn show(pack: &Pack, config: &Config) -> Value {
    let forms = pack
        .forms
        .iter()
        .map(|form| json!({ "id": form.id, "name": form.name, "description": form.description }));
    json!({
        "id": pack.id,
        "name": pack.name,
        "description": pack.description,
        "queues": pack.queues.iter().map(|queue| &queue.id).collect::<Vec<_>>(),
        "policies": pack.policies.iter().map(|policy| &policy.id).collect::<Vec<_>>(),
        "forms": forms.collect::<Vec<_>>(),
        "added": pack.is_in(config),
    })
}
