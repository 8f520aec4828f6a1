//! Words in several languages: told by what is said, added by people, shown to whoever reads them.

use serde_json::json;

use crate::doors::hire;
use crate::harness::letters::header;
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

/// What the latest mail to somebody is called, says, and says it is written in.
async fn latest(desk: &Desk, who: &str) -> [String; 3] {
    desk.settle().await;
    let mails = desk.mails_to(who, 0).await;
    let mail = mails.last().unwrap_or_else(|| panic!("no mail to {who}"));
    let said = |name: &str| mail[name].as_str().unwrap_or_default().to_owned();
    [said("subject"), said("body"), header(&said("raw"), "content-language")]
}

#[tokio::test]
async fn the_desk_writes_to_everybody_in_their_own_language() {
    let desk = Desk::start().await;
    let (ana, ben) = ("ana@example.org", "ben@example.com");
    let agent = hire(&desk, ben, json!({ "name": "Ben" })).await;
    agent.patch("/v1/people/me/preferences", json!({ "language": "de" })).await.expect(200);

    // Nobody said which language: the mail does.
    let body = "Seit heute Morgen kommt aus dem Drucker im dritten Stock nur noch leeres Papier.";
    desk.mail(ana, "Der Drucker druckt nicht mehr", body).await;
    let [subject, text, language] = latest(&desk, ana).await;
    let n = desk.only_ticket().await["number"].as_u64().expect("a number");
    assert_eq!(subject, format!("Ihre Anfrage ist Ticket #{n}"));
    assert!(text.contains("Ihre Anfrage ist bei uns eingegangen."), "{text}");
    assert!(text.contains("Wenn Sie etwas ergänzen möchten"), "{text}");
    assert_eq!(language, "de");

    // An agent reads theirs, whatever was asked in; the desk's language is English.
    desk.advance("PT2M").await;
    desk.admin().act(n, "assign", json!({ "to": ben })).await.expect(200);
    desk.advance("PT2M").await;
    let [subject, text, language] = latest(&desk, ben).await;
    assert!(subject.starts_with(&format!("#{n} ist Ihnen zugewiesen: ")), "{subject}");
    assert!(
        text.contains("Priorität: Mittel") && text.contains("Status: In Bearbeitung"),
        "{text}"
    );
    assert_eq!(language, "de");

    let answers = format!("/v1/tickets/{n}/messages");
    agent.post(&answers, json!({ "body": "Ist Papier im Fach?" })).await.expect(201);
    let [subject, text, language] = latest(&desk, ana).await;
    assert_eq!(subject, format!("Re: Der Drucker druckt nicht mehr [#{n}]"));
    assert!(text.starts_with("Ben hat geantwortet:"), "{text}");
    assert_eq!(language, "de");

    // What somebody says of themselves comes before what is told by their words.
    let english = json!({ "language": "en" });
    desk.as_person(ana).patch("/v1/people/me/preferences", english).await.expect(200);
    agent.post(&answers, json!({ "body": "Und ist es trocken?" })).await.expect(201);
    let [subject, text, language] = latest(&desk, ana).await;
    assert_eq!(subject, format!("Re: Der Drucker druckt nicht mehr [#{n}]"));
    assert!(text.starts_with("Ben answered:") && text.contains("Und ist es trocken?"), "{text}");
    assert_eq!(language, "en");

    // Nobody knows French here: the next best is what was asked in.
    let french = json!({ "language": "fr" });
    desk.as_person(ana).patch("/v1/people/me/preferences", french).await.expect(200);
    agent.act(n, "propose", json!({ "solution": "Neues Papier." })).await.expect(200);
    let [_, text, language] = latest(&desk, ana).await;
    assert!(text.starts_with("Ben schlägt eine Lösung vor:"), "{text}");
    assert_eq!(language, "de");
    invariants(&desk).await;
}
