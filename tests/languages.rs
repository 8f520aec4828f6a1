//! Words in several languages: told by what is said, added by people, shown to whoever reads them.

use serde_json::json;

use crate::doors::hire;
use crate::harness::{Desk, invariants};

#[tokio::test]
async fn everybody_reads_a_ticket_in_their_own_language() {
    let desk = Desk::start().await;
    let ana = desk.as_person("ana@example.org");
    let ben = hire(&desk, "ben@example.com", json!({ "name": "Ben" })).await;
    let asked = json!({
        "title": "Der Drucker im dritten Stock druckt nicht",
        "description": "Seit heute Morgen kommt nur noch leeres Papier heraus.",
    });
    let opened = ana.post("/v1/tickets", asked).await.expect(201);
    let n = opened["number"].as_u64().expect("a number");
    assert_eq!(opened["language"], "de");
    assert_eq!(opened["texts"]["title"]["de"], opened["title"]);

    let texts = format!("/v1/tickets/{n}/texts");
    let english = json!({ "title": "The printer\nis broken", "description": "Blank paper." });
    let both = ben.put(&format!("{texts}/en"), english.clone()).await.expect(200);
    assert_eq!(both["texts"]["description"]["en"], "Blank paper.");
    assert_eq!(both["version"], 4);
    assert_eq!(ben.put(&format!("{texts}/en"), english).await.expect(200)["version"], 4);
    for (tag, field) in [("english", "language"), ("x", "language")] {
        let body = json!({ "title": "x" });
        ben.put(&format!("{texts}/{tag}"), body).await.problem(422, Some(field));
    }
    ben.put(&format!("{texts}/en"), json!({})).await.problem(422, Some("title"));
    let early = json!({ "solution": "Turned it off and on." });
    ben.put(&format!("{texts}/en"), early.clone()).await.problem(422, Some("solution"));

    // The desk's language is English; whoever says another one reads that.
    assert_eq!(ben.ticket(n).await["title"], "The printer is broken");
    let german = json!({ "language": "de" });
    ben.patch("/v1/people/me/preferences", german).await.expect(200);
    assert_eq!(ben.ticket(n).await["title"], opened["title"]);
    let listed = ben.get("/v1/tickets?queue=support&sort=due").await.expect(200);
    assert_eq!(listed["items"][0]["description"], opened["description"]);

    ben.act(n, "claim", json!({})).await.expect(200);
    let solution = json!({ "solution": "Das Papier lag falsch herum in der Kassette." });
    let proposed = ben.act(n, "propose", solution.clone()).await.expect(200);
    assert_eq!(proposed["solution"], solution["solution"]);
    ben.put(&format!("{texts}/en"), early.clone()).await.expect(200);
    assert_eq!(desk.admin().ticket(n).await["solution"], early["solution"]);
    let read = ana.ticket(n).await;
    assert_eq!(read["solution"], solution["solution"], "who asked in German reads German");
    assert_eq!(read["texts"]["solution"]["de"], solution["solution"]);
    ana.put(&format!("{texts}/fr"), early).await.problem(403, None);
    ana.put(&format!("{texts}/fr"), json!({ "title": "L'imprimante" })).await.expect(200);

    // Another title has to be said anew.
    let title = json!({ "title": "Drucker, dritter Stock" });
    let retitled = ben.patch(&format!("/v1/tickets/{n}"), title).await.expect(200);
    assert_eq!(retitled["texts"]["title"], json!({ "de": "Drucker, dritter Stock" }));

    let several = json!({
        "title": { "pt": "A porta não fecha", "en": "The door does not close" },
        "description": { "en": "It is windy.", "pt": "Está vento." },
        "language": "pt",
    });
    let door = ana.post("/v1/tickets", several).await.expect(201);
    assert_eq!(door["language"], "pt");
    assert_eq!(door["texts"]["description"], json!({ "en": "It is windy.", "pt": "Está vento." }));
    assert_eq!(door["title"], "A porta não fecha");
    let door = door["number"].as_u64().expect("a number");
    assert_eq!(desk.admin().ticket(door).await["title"], "The door does not close");
    let half = json!({ "title": { "pt": "x", "en": "y" }, "description": { "en": "z" }, "language": "pt" });
    ana.post("/v1/tickets", half).await.problem(422, Some("description"));
    invariants(&desk).await;
}
