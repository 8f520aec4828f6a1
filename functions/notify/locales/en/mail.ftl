# What the desk writes to people by itself. A message with parts is a letter: its subject, how it
# greets, what comes before anybody's words, and what comes behind them. English has every message;
# another language has the same ones with the same variables. Names, titles and what people wrote
# come as variables and are never read as anything else.

## To the requester

receipt =
    .subject = { $number }: { $title }
    .greeting = Hello { $asker },
    .opening = We have your request "{ $title }". It is ticket { $number }.
    .closing = { hear-by }
# For whoever may not be the one who wrote: no name and none of their words.
plain-receipt =
    .subject = Your request is ticket { $number }
    .opening = We have your request. It is ticket { $number }.
    .closing = { hear-by }
hear-by = { $promised ->
        [yes] You will hear from us by { $due }. { add-here }
       *[no] { add-here }
    }
reply =
    .subject = { $number }: { $title }
    .opening = { $author } answered:
    .closing = { reply-here }
auto-reply =
    .subject = { $number }: { $title }
    .closing = { reply-here }
question =
    .subject = { $number }: a question
    .opening = { $said ->
        [no] { $author } needs an answer of yours.
       *[yes] { $author } has a question:
    }
    .closing = { reply-here }
solution =
    .subject = { $number }: is it solved?
    .opening = { $said ->
        [no] { $author } believes it is solved.
       *[yes] { $author } proposes a solution:
    }
    .closing = Did it help? If not, just answer and the same person goes on. If you do nothing, we take it as solved after five working days.
# $times: how often they were asked; $status: what of.
reminder =
    .subject = { $number }: we are waiting for you
    .opening = { $times ->
        [1] We ask a first time: { still-open }
       *[other] We ask once more: { still-open }
    }
    .closing = { reply-here }
still-open = { $status ->
        [awaiting_confirmation] is "{ $title }" solved?
       *[other] we still need your answer to go on with "{ $title }".
    }
solved =
    .subject = { $number } is solved
    .opening = { $event ->
        [resolved_unanswered] We have not heard from you, so we take { $number } as solved.
       *[other] { $number } is solved. Thank you for telling us.
    }
    .closing = If it comes back within seven days, just answer and we go on.
ended =
    .subject = { $number } was closed
    .opening = { $closure ->
        [rejected] We cannot do what you asked in { $number }, "{ $title }":
        [duplicate] We already work on the same as { $number }, "{ $title }":
       *[other] We closed { $number }, "{ $title }":
    }
in-hands =
    .subject = { $number }: somebody looks after it
    .opening = { $holder } looks after "{ $title }" now.
moved-on =
    .subject = { $number }: another team looks after it
    .opening = "{ $title }" went to { $queue }, who will look after it.
reprioritised =
    .subject = { $number }: { $title }
    .opening = "{ $title }" has priority { $level } now.
goes-on-in =
    .subject = { $number } goes on in { $other }
    .opening = { $number }, "{ $title }", is handled together with { $other } from now on.
    .closing = You will hear of it there. { add-here }
on-its-own =
    .subject = { $number } goes its own way again
    .opening = { $number }, "{ $title }", is handled on its own again.
now-following =
    .subject = { $number }: { $title }
    .opening = { $author } added you to { $number }, "{ $title }". You will be told what { $asker } is told.
    .closing = { add-here }
others-wrote =
    .subject = { $number }: { $title }
    .opening = { $author } wrote:
    .closing = { reply-here }
reply-here = Just answer this message to go on.
add-here = To add something, just answer this message.

## Visits

visit-planned =
    .subject = { $number }: a visit
    .opening = { $visitor } comes to you: { $window }.
    .closing = If that does not suit you, just answer this message.
visit-yours =
    .subject = { $number }: a visit of yours
    .opening = You visit { $asker } for "{ $title }": { $window }.
visit-started =
    .subject = { $number }: on the way
    .opening = { $visitor } is on the way to you.
visit-done =
    .subject = { $number }: the visit is done
    .opening = The visit is done.
    .closing = { $signed ->
        [yes] { $signer } signed for it.
       *[no] { "" }
    }
visit-cancelled =
    .subject = { $number }: the visit is off
    .opening = { $planned ->
        [yes] The visit does not take place ({ $window }).
       *[no] The visit does not take place.
    }
window = { $placed ->
        [yes] { $from } to { $to }, { $place }
       *[no] { $from } to { $to }
    }

## To agents

notice =
    .subject = { $number }: { $title }
    .opening = About { $number }:
review-wanted =
    .subject = { $number } waits for review: { $title }
    .opening = { $author } proposes a solution to { $number }. Look at it, then approve or decline it:
let-through =
    .subject = { $number } is approved
    .opening = { $author } approved the solution to "{ $title }". The requester is asked to confirm.
changes-wanted =
    .subject = { $number } came back from review: { $title }
    .opening = { $author } asks for something else first:
card =
    .subject = New: { $number } { $title }
    .opening = New in { $queue }: { $number } { $title }
assigned =
    .subject = { $number } is yours: { $title }
    .opening = { $author } assigned { $number } to you.
not-yours =
    .subject = { $number } is not yours any more: { $title }
    .opening = { $event ->
        [assigned] { $author } gave { $number } to { $holder }.
       *[other] { $author } moved { $number } to { $queue }.
    }
requester-wrote =
    .subject = { $number }: { $author } wrote
    .opening = { $author } wrote about "{ $title }":
not-solved =
    .subject = { $number } is not solved
    .opening = { $author } says "{ $title }" is not solved. It is back with you.
confirmed =
    .subject = { $number } is confirmed
    .opening = { $author } says "{ $title }" is solved.
came-back =
    .subject = { $number } came back: { $title }
    .opening = { $author } reopened { $number }.
unhappy =
    .subject = { $number }: { $author } is not happy with it
    .opening = { $author } rated "{ $title }" with { $score } of 5.
mentioned =
    .subject = { $number }: { $author } names you
    .opening = { $author } names you in a note on "{ $title }":
withdrawn =
    .subject = { $number } was withdrawn
    .opening = { $author } withdrew "{ $title }".
awake =
    .subject = { $number } is awake again: { $title }
    .opening = The hold is over.
task-given =
    .subject = { $number }: a task for you
    .opening = { $author } gave you a task on "{ $title }":
task-due =
    .subject = { $number }: a task is due
    .opening = This is due on "{ $title }", and not done yet:
took-in =
    .subject = { $number } took in { $other }
    .opening = { $author } merged { $other } into { $number }, "{ $title }".
help-wanted =
    .subject = Help wanted: { $number } { $title }
    .opening = { $author } asks for help with { $number }:
not-delivered =
    .subject = { $number }: a message was not delivered
    .opening = A message about { $number } could not be delivered: { $reason }
mirror =
    .subject = { $number }: { $title }
    .opening = { $event ->
        [note_added] { $author } noted:
        [agent_replied] { $author } answered { $asker }:
        [auto_replied] { $asker } was answered:
        [awaited] { $author } asks { $asker }:
        [proposed] { $author } proposes a solution to { $asker }:
        [submitted] { $author } proposes a solution, to be reviewed:
        [returned] { $author } asks for something else first:
        [declined] { $author } says it is not solved:
        [reopened] { $author } wants it taken up again:
        [escalated] { $author } asks for help:
        [message_edited] { $author } wrote (edited):
        [message_deleted] { $author } took back what stood here.
       *[other] { $author } wrote:
    }

## A promise at risk, or broken

# $left: how long until then; $nth: which reminder.
alarm =
    .subject = { $alarm ->
        [warning] { promise } due in { $left }: { $number } { $title }
        [repeat] { promise } still overdue, reminder { $nth }: { $number } { $title }
        [manager] { promise } overdue, escalated to the manager: { $number } { $title }
        [head] { promise } overdue, escalated to the head of support: { $number } { $title }
       *[breach] { promise } overdue: { $number } { $title }
    }
    .opening = { $alarm ->
        [warning] The { promise.within } of { $number } is due in { $left }, { $due }.
        [repeat] The { promise.within } of { $number } was due { $due }. This is reminder { $nth }.
        [manager] The { promise.within } of { $number } was due { $due }. Half the time again has passed and it has not come.
        [head] The { promise.within } of { $number } was due { $due }. As much time again has passed and it has not come.
       *[breach] The { promise.within } of { $number } was due { $due } and has not come.
    }
# What is promised, at the beginning of a sentence and within one.
promise = { $metric ->
        [first_response] First reply
        [next_response] Next reply
       *[resolution] Solution
    }
    .within = { $metric ->
        [first_response] first reply
        [next_response] next reply
       *[resolution] solution
    }

## Several things as one

digest =
    .subject = { $all ->
        [one] { $all } ticket is behind its promise
       *[other] { $all } tickets are behind their promise
    }
    .opening = { digest.subject }. None of them is urgent, and each waits for somebody:
    .closing = This comes once a day, at nine, while there is something to tell.
digest-line = { $taken ->
        [yes] { $number } { $title }: { promise.within } was due { $due }
       *[no] { $number } { $title }: { promise.within } was due { $due }, taken by nobody
    }
bundle =
    .subject = { $all } updates on your tickets
    .opening = { $more ->
        [0] { $all } things happened to your tickets:
       *[other] { $all } things happened at once. The most pressing:
    }
    .closing = This is a summary: answer on the ticket itself.
more = { $more ->
        [0] { "" }
       *[other] … and { $more } more. Your queues list them all, next due first.
    }
receipts =
    .subject = Your requests are tickets { named-tickets }
    .opening = We have { $all } more requests of yours. They are tickets { named-tickets }.
    .closing = Agents look after each of them; you hear of each by itself from now on.
named-tickets = { $more ->
        [0] { $named }
       *[other] { $named } and { $more } more
    }

## The code that shows that somebody reads an address

link-code =
    .subject = Is this address yours?
    .opening = { $name } asks { $desk } to treat this address as theirs. If that is you, give this code:
    .closing = It is good for 15 minutes. If you did not ask for it, do nothing, and tell nobody the code: whoever has it reads your tickets.

## How a ticket stands

fact-ticket = Ticket
fact-priority = Priority
fact-status = Status
fact-requester = Requester
fact-assignee = Assignee
fact-queue = Queue
fact-form = Form
priority = { $priority ->
        [urgent] Urgent
        [high] High
        [medium] Medium
        [low] Low
       *[planned] Planned
    }
status = { $status ->
        [new] New
        [pending_assignment] Pending assignment
        [in_progress] In progress
        [in_review] In review
        [awaiting_requester] Waiting on requester
        [awaiting_confirmation] Awaiting confirmation
        [on_hold] On hold
        [resolved] Resolved
       *[closed] Closed
    }
merged = Goes on in { $into }
files = Files: { $names }

## Who, where a name cannot be said

nobody = nobody yet
somebody = Somebody
the-requester = the requester
private-title = Private request
private = 🔒 Private: only those who look after its queue read it

## Moments and lengths of time

# $weekday: from 1, Monday; $month: from 1; $time: such as 09:05.
moment = { weekday } { $day } { month } { $year }, { $time } { zone }
# The same where it is clear which year.
moment-soon = { weekday } { $day } { month }, { $time }
now = now
weekday = { $weekday ->
        [1] Mon
        [2] Tue
        [3] Wed
        [4] Thu
        [5] Fri
        [6] Sat
       *[7] Sun
    }
month = { $month ->
        [1] Jan
        [2] Feb
        [3] Mar
        [4] Apr
        [5] May
        [6] Jun
        [7] Jul
        [8] Aug
        [9] Sep
        [10] Oct
        [11] Nov
       *[12] Dec
    }
zone = { $zone }
# Stands behind "due in".
length = { $unit ->
        [minutes] { $minutes } min
        [hours] { $hours } h
        [both] { $hours } h { $minutes } min
       *[days] { days } { $hours } h
    }
days = { $days ->
        [one] { $days } day
       *[other] { $days } days
    }
