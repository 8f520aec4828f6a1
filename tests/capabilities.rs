//! What a help desk has to be able to do, and which test drives it through the public doors. The list
//! is written out as `docs/capabilities.md`, so that a reader sees what is proved and what is not there.

use std::fmt::Write;
use std::fs;
use std::path::Path;

/// How a capability is shown to work.
enum Proof {
    /// By these tests.
    By(&'static [&'static str]),
    /// By these tests; the words say what is not there yet.
    Partly(&'static [&'static str], &'static str),
    /// Not there yet.
    NotYet(&'static str),
}
use Proof::{By, NotYet, Partly};

/// The capabilities, by what they are about. A test is named by its file and its name.
const ALL: &[(&str, &[(&str, Proof)])] = &[
    (
        "The ticket",
        &[
            (
                "A number people can say, never used twice",
                By(&[
                    "crash::nothing_acknowledged_is_lost_or_doubled_by_kill_nine",
                    "doors::lists_are_paged_newest_first_without_a_gap",
                ]),
            ),
            (
                "Title, description, solution and form in several languages, the reader's own first",
                By(&[
                    "languages::everybody_reads_a_ticket_in_their_own_language",
                    "forms::a_form_asks_for_what_is_needed_and_shows_it_to_whom_it_may",
                ]),
            ),
            (
                "Mails of the desk in the reader's language, English or German",
                Partly(
                    &["languages::the_desk_writes_to_everybody_in_their_own_language"],
                    "cards, buttons and answers to commands in chat are in English",
                ),
            ),
            (
                "Types: question, incident, fault, task, complaint, feature request, field visit",
                Partly(
                    &[
                        "rest::every_documented_example_does_what_it_says",
                        "configuration::the_first_policy_that_fits_decides_in_the_hours_it_names",
                    ],
                    "types choose promises; default priorities and tasks of their own are those of forms",
                ),
            ),
            (
                "Priorities urgent, high, medium, low, planned",
                By(&[
                    "ladder::an_urgent_ticket_without_an_answer_climbs_the_ladder_step_by_step",
                    "configuration::the_first_policy_that_fits_decides_in_the_hours_it_names",
                ]),
            ),
            (
                "Statuses, and who may move a ticket where",
                By(&["verbs::every_verb_leads_where_it_should_and_nowhere_else"]),
            ),
            (
                "Labels of a queue's own, and moves it forbids",
                By(&["ways::a_queue_has_its_own_words_and_forbids_what_it_does_not_want"]),
            ),
            (
                "Templates of tickets, from draft to published",
                Partly(
                    &[
                        "forms::a_form_asks_for_what_is_needed_and_shows_it_to_whom_it_may",
                        "discord_story::a_ticket_is_filed_in_two_dialogs_and_lives_in_a_private_thread",
                    ],
                    "tickets are opened with forms over REST and in chat; the web does not offer them yet",
                ),
            ),
            (
                "Fields of one's own, required, hidden, shown when; files among them",
                By(&[
                    "forms::a_form_asks_for_what_is_needed_and_shows_it_to_whom_it_may",
                    "files::forms_and_visits_have_files_and_the_archive_lists_them",
                ]),
            ),
            (
                "Visits: a window, on the way, there, signed for, photographed; the requester is told",
                By(&[
                    "visits::a_visit_is_agreed_on_moved_and_signed_for",
                    "files::forms_and_visits_have_files_and_the_archive_lists_them",
                ]),
            ),
            (
                "Files with a message, read by whoever may read it, and enclosed in its mail",
                By(&[
                    "files::a_file_is_uploaded_used_once_and_read_by_whom_it_is_for",
                    "slack_story::a_conversation_goes_both_ways_and_notes_stay_inside",
                ]),
            ),
            (
                "A closed ticket's whole story as one document",
                By(&["files::forms_and_visits_have_files_and_the_archive_lists_them"]),
            ),
            (
                "Tasks with due dates, and checklists, that a solution may wait for",
                By(&["tasks::tasks_are_seen_by_agents_told_once_and_waited_for"]),
            ),
            (
                "A solution that is proposed, and reviewed where that is wanted",
                By(&[
                    "ladder::a_solution_is_proposed_declined_proposed_again_and_confirmed",
                    "review::a_colleague_looks_at_a_solution_before_the_requester_does",
                ]),
            ),
            (
                "A rating from 1 to 5 with words",
                By(&["verbs::verbs_take_what_they_need_and_tell_whom_it_concerns"]),
            ),
            (
                "Every milestone with its time",
                By(&[
                    "rest::lists_come_to_an_end_and_conditions_hold",
                    "receipt::the_receipt_is_for_whoever_may_read_the_ticket",
                ]),
            ),
            (
                "The requester's other tickets beside this one",
                Partly(
                    &["rest::lists_come_to_an_end_and_conditions_hold"],
                    "by the list of a requester's tickets; not on the card",
                ),
            ),
            (
                "Links: related, parent and child, blocks, duplicate",
                By(&["related::links_stand_on_both_sides"]),
            ),
        ],
    ),
    (
        "Handling",
        &[
            (
                "Claim and release",
                By(&[
                    "verbs::every_verb_leads_where_it_should_and_nowhere_else",
                    "doors::slack_files_lists_shows_claims_and_closes",
                    "crowd::thirty_two_agents_on_one_ticket",
                ]),
            ),
            (
                "Assign to a person",
                By(&["verbs::verbs_take_what_they_need_and_tell_whom_it_concerns"]),
            ),
            (
                "Assign by turns, by load, by skill, by region, to whoever is there and has room",
                By(&[
                    "assignment::ten_tickets_at_once_are_given_out_in_turn",
                    "assignment::what_nobody_has_room_or_time_for_waits_for_whoever_has",
                ]),
            ),
            (
                "People say how they are told: when, where, and who stands in",
                By(&["assignment::people_are_told_when_and_where_they_like"]),
            ),
            (
                "Move to another queue, with a reason",
                By(&["verbs::verbs_take_what_they_need_and_tell_whom_it_concerns"]),
            ),
            (
                "Queues of departments and teams",
                By(&[
                    "doors::a_card_goes_to_the_members_and_then_to_the_queues_channel",
                    "config_file::the_whole_configuration_is_one_file",
                ]),
            ),
            (
                "Notes that no requester ever reads",
                By(&[
                    "doors::rest_creates_reads_lists_and_converses",
                    "related::a_follower_is_told_what_the_requester_is_told_and_no_more",
                ]),
            ),
            (
                "A reply that can be taken back for some seconds",
                By(&["undo::a_reply_can_be_taken_back_until_it_leaves"]),
            ),
            (
                "Replies to the requester, where they asked",
                By(&[
                    "doors::an_answer_to_the_receipt_is_a_message_of_the_same_ticket",
                    "doors::a_mention_files_and_its_thread_goes_on_with_the_ticket",
                ]),
            ),
            (
                "Words arrive in chat as they were written, and ping nobody",
                By(&[
                    "naughty::whatever_people_write_in_slack_arrives_as_they_wrote_it",
                    "naughty::whatever_people_write_in_discord_arrives_as_they_wrote_it",
                    "attacks_chat::a62_words_that_would_ping_are_words_wherever_they_are_mirrored",
                ]),
            ),
            (
                "Reject, by the agent; cancel, by the requester",
                By(&["verbs::verbs_take_what_they_need_and_tell_whom_it_concerns"]),
            ),
            (
                "Hold, with a reason and a day to wake up",
                By(&["verbs::the_clock_wakes_reminds_resolves_and_closes"]),
            ),
            (
                "Ask for help from above",
                By(&["verbs::verbs_take_what_they_need_and_tell_whom_it_concerns"]),
            ),
            (
                "Split a message off into a ticket of its own",
                By(&[
                    "related::a_message_becomes_a_ticket_of_its_own",
                    "related::whatever_is_merged_and_split_nothing_said_is_lost",
                ]),
            ),
            (
                "Merge, and take it back",
                By(&[
                    "related::a_merged_ticket_lives_on_in_the_other_and_can_be_taken_back",
                    "related::whatever_is_merged_and_split_nothing_said_is_lost",
                ]),
            ),
            (
                "Approval before the requester sees a solution",
                By(&[
                    "review::a_colleague_looks_at_a_solution_before_the_requester_does",
                    "review::chat_submits_for_review_as_well",
                ]),
            ),
            (
                "The requester confirms, or sends it back to the same agent",
                By(&[
                    "ladder::a_solution_is_proposed_declined_proposed_again_and_confirmed",
                    "doors::buttons_in_slack_take_resolve_and_confirm",
                    "demo::the_story_holds",
                ]),
            ),
            (
                "Followers, who are told what the requester is told",
                Partly(
                    &["related::a_follower_is_told_what_the_requester_is_told_and_no_more"],
                    "people in the CC of a mail are not added by themselves",
                ),
            ),
            (
                "Triggers on events, with conditions, and a record of each run",
                By(&["rules::a_trigger_acts_in_the_same_breath_and_says_which_rule_it_was"]),
            ),
            (
                "Automations on time, to the minute and once an episode",
                By(&["rules::an_automation_runs_on_the_minute_and_late_after_an_outage"]),
            ),
            (
                "Trying a rule or a policy on the last 90 days before it is in force",
                By(&["rules::what_a_rule_or_a_policy_would_have_done_is_told_and_nothing_is_done"]),
            ),
            (
                "Prepared answers and macros, for everybody, a team or oneself",
                By(&["macros::a_macro_does_all_of_it_or_nothing_and_is_for_whom_it_is_for"]),
            ),
            (
                "An answer to a closed ticket goes on from it",
                By(&["related::an_answer_to_a_closed_ticket_goes_on_from_it"]),
            ),
            (
                "What is mine, next due first",
                By(&[
                    "rest::lists_come_to_an_end_and_conditions_hold",
                    "doors::discord_pings_files_lists_shows_claims_and_closes",
                ]),
            ),
            (
                "Where my request stands",
                By(&[
                    "doors::slack_files_lists_shows_claims_and_closes",
                    "receipt::chat_shows_the_receipt_in_the_readers_own_time",
                ]),
            ),
            ("Views of one's own", NotYet("console and search")),
        ],
    ),
    (
        "What is promised",
        &[
            (
                "Targets for first reply, next reply and solution, by priority",
                By(&[
                    "ladder::an_urgent_ticket_without_an_answer_climbs_the_ladder_step_by_step",
                    "sla::the_clock_stands_while_others_owe_and_after_it_is_solved",
                ]),
            ),
            (
                "Working hours with several windows a day, holidays, a zone",
                By(&[
                    "sla::lunch_and_nights_do_not_count_and_nobody_is_told_at_midnight",
                    "configuration::calendars_and_policies_are_kept_whole",
                ]),
            ),
            (
                "The clock stands while the requester owes the next step",
                By(&["sla::the_clock_stands_while_others_owe_and_after_it_is_solved"]),
            ),
            (
                "Policies chosen by condition, the first that fits",
                By(&["configuration::the_first_policy_that_fits_decides_in_the_hours_it_names"]),
            ),
            (
                "A date agreed by hand, with its reason",
                By(&["sla::an_agreed_date_replaces_the_target_and_keeps_it_on_the_receipt"]),
            ),
            (
                "A warning before the breach",
                By(&["ladder::an_urgent_ticket_without_an_answer_climbs_the_ladder_step_by_step"]),
            ),
            (
                "The breach told to lead, manager, head, and silenced by whoever takes notice",
                By(&[
                    "ladder::an_urgent_ticket_without_an_answer_climbs_the_ladder_step_by_step",
                    "sla::whoever_takes_notice_is_left_alone_and_everything_is_on_record",
                ]),
            ),
            (
                "A storm after an outage is one message a stage",
                By(&[
                    "sla::after_an_outage_a_late_look_records_what_a_punctual_one_does_and_storms_nobody",
                ]),
            ),
            (
                "The receipt: every interval, what it counted and why",
                By(&[
                    "receipt::the_receipt_is_for_whoever_may_read_the_ticket",
                    "receipt::chat_shows_the_receipt_in_the_readers_own_time",
                ]),
            ),
            (
                "What is due, counting down on the card",
                Partly(
                    &["verbs::buttons_are_on_cards_when_they_make_sense"],
                    "cards show the moment; they are not redrawn in place",
                ),
            ),
            ("Reports of what was kept", NotYet("reports")),
            (
                "Another policy or calendar re-arms open tickets",
                By(&["assignment::another_policy_holds_for_what_is_open"]),
            ),
            (
                "What is not urgent and behind, once a day",
                By(&["sla::what_is_not_urgent_and_behind_is_told_once_a_day"]),
            ),
        ],
    ),
    (
        "The platform",
        &[
            (
                "Roles, and what each may do",
                By(&[
                    "loopback::nobody_reads_or_writes_without_a_token",
                    "configuration::people_change_their_places_and_one_admin_stays",
                    "people::an_organisation_sees_its_tickets_and_nobody_elses",
                    "private::what_is_private_is_seen_by_those_who_look_after_it_alone",
                    "discord_story::a_role_of_the_server_makes_an_agent_and_losing_it_unmakes_them",
                ]),
            ),
            (
                "Organisations, and who sees whose tickets",
                By(&["people::an_organisation_sees_its_tickets_and_nobody_elses"]),
            ),
            (
                "External ids and notes of other systems",
                By(&["people::an_organisation_sees_its_tickets_and_nobody_elses"]),
            ),
            (
                "One person, many identities",
                By(&["people::names_come_together_by_a_code_and_part_again"]),
            ),
            (
                "Export and erasure of a person",
                By(&["people::two_people_erase_one_and_nothing_of_them_is_found"]),
            ),
            (
                "Tokens for less than their person may do, and who changed the desk itself",
                By(&["tokens::a_token_is_good_for_what_it_was_made_for_and_no_longer"]),
            ),
            (
                "The whole configuration as one file: export, plan, apply, roll back",
                By(&["config_file::the_whole_configuration_is_one_file"]),
            ),
            ("Administration without code", NotYet("the console")),
            (
                "Many departments on one desk",
                By(&[
                    "configuration::the_first_policy_that_fits_decides_in_the_hours_it_names",
                    "forms::a_pack_brings_a_kind_of_work_and_changes_nothing_that_is_there",
                ]),
            ),
            (
                "Webhooks, signed, tried again, on record, to public addresses alone",
                By(&["webhooks::another_system_is_told_until_it_has_taken_it"]),
            ),
            (
                "An API with cursors, keys, conditions and plain refusals",
                By(&[
                    "rest::lists_come_to_an_end_and_conditions_hold",
                    "rest::nothing_happens_twice_and_refusals_say_why",
                    "once::a_repeated_key_does_nothing_twice_whatever_it_does",
                ]),
            ),
            (
                "In one's own AWS account, from one template",
                By(&[
                    "lambdas::the_minute_raises_what_is_due_and_sends_what_is_late",
                    "lambdas::rest_by_api_gateway_with_and_without_base64",
                ]),
            ),
            (
                "As fast with years of history",
                Partly(
                    &["faults::an_index_that_lags_hides_nothing_and_repeats_nothing"],
                    "measured at 1,000,000 open tickets by the benchmark; search is not there",
                ),
            ),
        ],
    ),
];

const HEAD: &str = "\
# What Bellhop can do, and how that is known

Each line names the tests that drive the capability from outside, through REST, chat, mail or the command
line, against the real program. This page is generated: change `tests/capabilities.rs`, then
`BELLHOP_WRITE_DOCS=1 cargo test --workspace --test desk capabilities`.
";

fn page() -> String {
    let mut page = HEAD.to_owned();
    for (about, rows) in ALL {
        writeln!(
            page,
            "\n## {about}\n\n| capability | proved by | not there yet |\n| --- | --- | --- |"
        )
        .expect("a text takes words");
        for (what, proof) in *rows {
            let (tests, missing) = match proof {
                By(tests) => (*tests, ""),
                Partly(tests, missing) => (*tests, *missing),
                NotYet(missing) => (&[][..], *missing),
            };
            let tests: Vec<String> = tests.iter().map(|test| format!("`{test}`")).collect();
            writeln!(page, "| {what} | {} | {missing} |", tests.join(", ")).expect("as above");
        }
    }
    page
}

#[test]
fn every_capability_names_tests_that_exist() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (_, rows) in ALL {
        for (what, proof) in *rows {
            let (By(tests) | Partly(tests, _)) = proof else { continue };
            assert!(!tests.is_empty(), "{what}: no test");
            for test in *tests {
                let (file, name) = test.split_once("::").expect("file::name");
                let source =
                    fs::read_to_string(here.join(format!("{file}.rs"))).unwrap_or_default();
                let declared = source.contains(&format!("async fn {name}()"));
                assert!(declared, "{what}: there is no {test}");
            }
        }
    }
}

#[test]
#[allow(clippy::disallowed_methods, reason = "whoever runs it says whether the page is written")]
fn the_page_says_what_the_list_says() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/capabilities.md");
    if std::env::var_os("BELLHOP_WRITE_DOCS").is_some() {
        fs::write(&file, page()).expect("the page can be written");
    }
    let there = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        there == page(),
        "docs/capabilities.md is not what tests/capabilities.rs says; write it"
    );
}
