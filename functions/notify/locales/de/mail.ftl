# Was der Helpdesk von sich aus schreibt. Dieselben Nachrichten mit denselben Variablen wie in
# ../en/mail.ftl; wer sie liest, wird gesiezt. Namen stehen, wo sie nicht gebeugt werden müssen.

## An die anfragende Person

receipt =
    .subject = { $number }: { $title }
    .greeting = Guten Tag { $asker },
    .opening = Ihre Anfrage „{ $title }“ ist bei uns eingegangen. Sie hat die Ticketnummer { $number }.
    .closing = { hear-by }
plain-receipt =
    .subject = Ihre Anfrage ist Ticket { $number }
    .opening = Ihre Anfrage ist bei uns eingegangen. Sie hat die Ticketnummer { $number }.
    .closing = { hear-by }
hear-by = { $promised ->
        [yes] Sie hören bis { $due } von uns. { add-here }
       *[no] { add-here }
    }
reply =
    .subject = { $number }: { $title }
    .opening = { $author } hat geantwortet:
    .closing = { reply-here }
auto-reply =
    .subject = { $number }: { $title }
    .closing = { reply-here }
question =
    .subject = { $number }: eine Frage
    .opening = { $said ->
        [no] { $author } braucht eine Antwort von Ihnen.
       *[yes] { $author } hat eine Frage:
    }
    .closing = { reply-here }
solution =
    .subject = { $number }: Ist es gelöst?
    .opening = { $said ->
        [no] { $author } geht davon aus, dass es gelöst ist.
       *[yes] { $author } schlägt eine Lösung vor:
    }
    .closing = Hat das geholfen? Wenn nicht, antworten Sie einfach, und dieselbe Person kümmert sich weiter darum. Wenn wir nichts von Ihnen hören, gehen wir nach fünf Arbeitstagen davon aus, dass es gelöst ist.
reminder =
    .subject = { $number }: Wir warten auf Ihre Antwort
    .opening = { $times ->
        [1] Eine erste Erinnerung: { still-open }
       *[other] Noch eine Erinnerung: { still-open }
    }
    .closing = { reply-here }
still-open = { $status ->
        [awaiting_confirmation] Ist „{ $title }“ gelöst?
       *[other] Um mit „{ $title }“ weiterzukommen, brauchen wir noch Ihre Antwort.
    }
solved =
    .subject = { $number } ist gelöst
    .opening = { $event ->
        [resolved_unanswered] Wir haben nichts mehr von Ihnen gehört und gehen deshalb davon aus, dass { $number } gelöst ist.
       *[other] { $number } ist gelöst. Vielen Dank für Ihre Rückmeldung.
    }
    .closing = Falls es innerhalb von sieben Tagen wieder auftritt, antworten Sie einfach, und wir machen weiter.
ended =
    .subject = { $number } wurde geschlossen
    .opening = { $closure ->
        [rejected] Ihre Anfrage { $number }, „{ $title }“, können wir leider nicht erfüllen:
        [duplicate] An demselben Anliegen wie in { $number }, „{ $title }“, arbeiten wir bereits:
       *[other] Wir haben { $number }, „{ $title }“, geschlossen:
    }
in-hands =
    .subject = { $number }: Jemand kümmert sich darum
    .opening = { $holder } kümmert sich jetzt um „{ $title }“.
moved-on =
    .subject = { $number }: Ein anderes Team kümmert sich darum
    .opening = „{ $title }“ liegt jetzt beim Team { $queue }, das sich darum kümmert.
reprioritised =
    .subject = { $number }: { $title }
    .opening = „{ $title }“ hat jetzt die Priorität { $level }.
goes-on-in =
    .subject = { $number } geht in { $other } weiter
    .opening = { $number }, „{ $title }“, wird ab jetzt zusammen mit { $other } bearbeitet.
    .closing = Dort hören Sie wieder von uns. { add-here }
on-its-own =
    .subject = { $number } wird wieder für sich bearbeitet
    .opening = { $number }, „{ $title }“, wird wieder für sich bearbeitet.
now-following =
    .subject = { $number }: { $title }
    .opening = { $author } hat Sie zu { $number }, „{ $title }“, hinzugefügt. Sie erhalten dieselben Nachrichten wie { $asker }.
    .closing = { add-here }
others-wrote =
    .subject = { $number }: { $title }
    .opening = { $author } hat geschrieben:
    .closing = { reply-here }
reply-here = Antworten Sie einfach auf diese Nachricht.
add-here = Wenn Sie etwas ergänzen möchten, antworten Sie einfach auf diese Nachricht.

## Besuche

visit-planned =
    .subject = { $number }: ein Besuch
    .opening = { $visitor } kommt zu Ihnen: { $window }.
    .closing = Falls Ihnen das nicht passt, antworten Sie einfach auf diese Nachricht.
visit-yours =
    .subject = { $number }: ein Besuch für Sie
    .opening = Sie besuchen { $asker } wegen „{ $title }“: { $window }.
visit-started =
    .subject = { $number }: unterwegs
    .opening = { $visitor } ist auf dem Weg zu Ihnen.
visit-done =
    .subject = { $number }: Der Besuch ist erledigt
    .opening = Der Besuch ist erledigt.
    .closing = { $signed ->
        [yes] { $signer } hat dafür unterschrieben.
       *[no] { "" }
    }
visit-cancelled =
    .subject = { $number }: Der Besuch fällt aus
    .opening = { $planned ->
        [yes] Der Besuch findet nicht statt ({ $window }).
       *[no] Der Besuch findet nicht statt.
    }
window = { $placed ->
        [yes] { $from } bis { $to }, { $place }
       *[no] { $from } bis { $to }
    }

## An Agenten

notice =
    .subject = { $number }: { $title }
    .opening = Zu { $number }:
review-wanted =
    .subject = { $number } wartet auf Prüfung: { $title }
    .opening = { $author } schlägt eine Lösung für { $number } vor. Bitte prüfen Sie den Vorschlag und geben Sie ihn frei oder lehnen Sie ihn ab:
let-through =
    .subject = { $number } ist freigegeben
    .opening = { $author } hat die Lösung für „{ $title }“ freigegeben. Die anfragende Person wird um Bestätigung gebeten.
changes-wanted =
    .subject = { $number } kam aus der Prüfung zurück: { $title }
    .opening = { $author } bittet vorher um eine Änderung:
card =
    .subject = Neu: { $number } { $title }
    .opening = Neu in { $queue }: { $number } { $title }
assigned =
    .subject = { $number } ist Ihnen zugewiesen: { $title }
    .opening = { $author } hat Ihnen { $number } zugewiesen.
not-yours =
    .subject = { $number } ist nicht mehr Ihnen zugewiesen: { $title }
    .opening = { $event ->
        [assigned] { $author } hat { $number } an { $holder } übergeben.
       *[other] { $author } hat { $number } in die Warteschlange { $queue } verschoben.
    }
requester-wrote =
    .subject = { $number }: { $author } hat geschrieben
    .opening = { $author } hat zu „{ $title }“ geschrieben:
not-solved =
    .subject = { $number } ist nicht gelöst
    .opening = { $author } meldet, dass „{ $title }“ nicht gelöst ist. Das Ticket liegt wieder bei Ihnen.
confirmed =
    .subject = { $number } ist bestätigt
    .opening = { $author } bestätigt, dass „{ $title }“ gelöst ist.
came-back =
    .subject = { $number } ist zurück: { $title }
    .opening = { $author } hat { $number } wieder geöffnet.
unhappy =
    .subject = { $number }: { $author } ist nicht zufrieden
    .opening = { $author } hat „{ $title }“ mit { $score } von 5 bewertet.
mentioned =
    .subject = { $number }: { $author } erwähnt Sie
    .opening = { $author } erwähnt Sie in einer Notiz zu „{ $title }“:
withdrawn =
    .subject = { $number } wurde zurückgezogen
    .opening = { $author } hat „{ $title }“ zurückgezogen.
awake =
    .subject = { $number } ist wieder an der Reihe: { $title }
    .opening = Die Wartezeit ist vorbei.
task-given =
    .subject = { $number }: eine Aufgabe für Sie
    .opening = { $author } hat Ihnen eine Aufgabe zu „{ $title }“ gegeben:
task-due =
    .subject = { $number }: Eine Aufgabe ist fällig
    .opening = Diese Aufgabe zu „{ $title }“ ist fällig und noch nicht erledigt:
took-in =
    .subject = { $number } hat { $other } aufgenommen
    .opening = { $author } hat { $other } mit { $number }, „{ $title }“, zusammengeführt.
help-wanted =
    .subject = Hilfe gesucht: { $number } { $title }
    .opening = { $author } bittet um Hilfe bei { $number }:
not-delivered =
    .subject = { $number }: Eine Nachricht wurde nicht zugestellt
    .opening = Eine Nachricht zu { $number } konnte nicht zugestellt werden: { $reason }
mirror =
    .subject = { $number }: { $title }
    .opening = { $event ->
        [note_added] { $author } notiert:
        [agent_replied] { $author } schreibt an { $asker }:
        [auto_replied] Automatische Antwort an { $asker }:
        [awaited] { $author } fragt { $asker }:
        [proposed] { $author } bittet { $asker }, eine Lösung zu bestätigen:
        [submitted] { $author } schlägt eine Lösung vor, die noch geprüft wird:
        [returned] { $author } bittet vorher um eine Änderung:
        [declined] { $author } sagt, dass es nicht gelöst ist:
        [reopened] { $author } bittet darum, es wieder aufzunehmen:
        [escalated] { $author } bittet um Hilfe:
        [message_edited] { $author } hat geschrieben (bearbeitet):
        [message_deleted] { $author } hat zurückgenommen, was hier stand.
       *[other] { $author } hat geschrieben:
    }

## Ein Versprechen, das knapp wird oder gebrochen ist

alarm =
    .subject = { $alarm ->
        [warning] { promise } fällig in { $left }: { $number } { $title }
        [repeat] { promise } weiter überfällig, Erinnerung { $nth }: { $number } { $title }
        [manager] { promise } überfällig, an die Teamleitung eskaliert: { $number } { $title }
        [head] { promise } überfällig, an die Supportleitung eskaliert: { $number } { $title }
       *[breach] { promise } überfällig: { $number } { $title }
    }
    .opening = { $alarm ->
        [warning] Die { promise.within } zu { $number } ist in { $left } fällig, am { $due }.
        [repeat] Die { promise.within } zu { $number } war am { $due } fällig. Das ist Erinnerung { $nth }.
        [manager] Die { promise.within } zu { $number } war am { $due } fällig. Inzwischen ist noch einmal die halbe Frist vergangen, und sie steht immer noch aus.
        [head] Die { promise.within } zu { $number } war am { $due } fällig. Inzwischen ist noch einmal die ganze Frist vergangen, und sie steht immer noch aus.
       *[breach] Die { promise.within } zu { $number } war am { $due } fällig und steht noch aus.
    }
# Alle drei sind weiblich: „die … zu #12“.
promise = { $metric ->
        [first_response] Erste Antwort
        [next_response] Nächste Antwort
       *[resolution] Lösung
    }
    .within = { $metric ->
        [first_response] erste Antwort
        [next_response] nächste Antwort
       *[resolution] Lösung
    }

## Mehreres auf einmal

digest =
    .subject = { $all ->
        [one] { $all } Ticket ist im Verzug
       *[other] { $all } Tickets sind im Verzug
    }
    .opening = { digest.subject }. Nichts davon ist dringend, aber überall wartet jemand:
    .closing = Diese Übersicht kommt einmal am Tag, um neun Uhr, solange es etwas zu melden gibt.
digest-line = { $taken ->
        [yes] { $number } { $title }: { promise.within } fällig seit { $due }
       *[no] { $number } { $title }: { promise.within } fällig seit { $due }, noch nicht übernommen
    }
bundle =
    .subject = { $all } Neuigkeiten zu Ihren Tickets
    .opening = { $more ->
        [0] Zu Ihren Tickets gibt es { $all } Neuigkeiten:
       *[other] { $all } Neuigkeiten auf einmal. Die dringendsten:
    }
    .closing = Dies ist eine Zusammenfassung: Bitte antworten Sie im Ticket selbst.
more = { $more ->
        [0] { "" }
       *[other] … und { $more } weitere. In Ihren Warteschlangen stehen alle, die am frühesten fälligen zuerst.
    }
receipts =
    .subject = Ihre Anfragen sind die Tickets { named-tickets }
    .opening = Wir haben { $all } weitere Anfragen von Ihnen erhalten. Es sind die Tickets { named-tickets }.
    .closing = Wir kümmern uns um jede davon; ab jetzt hören Sie zu jeder einzeln von uns.
named-tickets = { $more ->
        [0] { $named }
       *[other] { $named } und { $more } weitere
    }

## Der Code, der zeigt, dass jemand eine Adresse liest

link-code =
    .subject = Ist das Ihre Adresse?
    .opening = { $name } möchte diese Adresse bei { $desk } als eigene angeben. Wenn Sie das sind, geben Sie bitte diesen Code an:
    .closing = Er gilt 15 Minuten. Wenn Sie ihn nicht angefordert haben, tun Sie nichts, und nennen Sie den Code niemandem: Wer ihn hat, kann Ihre Tickets lesen.

## Wie ein Ticket steht

fact-ticket = Ticket
fact-priority = Priorität
fact-status = Status
fact-requester = Anfrage von
fact-assignee = Zuständig
fact-queue = Warteschlange
fact-form = Formular
priority = { $priority ->
        [urgent] Dringend
        [high] Hoch
        [medium] Mittel
        [low] Niedrig
       *[planned] Geplant
    }
status = { $status ->
        [new] Neu
        [pending_assignment] Wartet auf Zuweisung
        [in_progress] In Bearbeitung
        [in_review] In Prüfung
        [awaiting_requester] Wartet auf Antwort
        [awaiting_confirmation] Wartet auf Bestätigung
        [on_hold] Zurückgestellt
        [resolved] Gelöst
       *[closed] Geschlossen
    }
merged = Geht in { $into } weiter
files = Dateien: { $names }

## Wer, wo kein Name stehen kann

nobody = noch niemand
somebody = Jemand
# Steht nur, wo die Form passt: „die anfragende Person hat …“, „an die anfragende Person“.
the-requester = die anfragende Person
private-title = Vertrauliche Anfrage
private = 🔒 Vertraulich: Nur wer die Warteschlange betreut, kann es lesen

## Zeitpunkte und Zeitspannen

moment = { weekday }, { $day }. { month } { $year }, { $time } Uhr { zone }
moment-soon = { weekday }, { $day }. { month }, { $time } Uhr
now = jetzt
weekday = { $weekday ->
        [1] Montag
        [2] Dienstag
        [3] Mittwoch
        [4] Donnerstag
        [5] Freitag
        [6] Samstag
       *[7] Sonntag
    }
month = { $month ->
        [1] Januar
        [2] Februar
        [3] März
        [4] April
        [5] Mai
        [6] Juni
        [7] Juli
        [8] August
        [9] September
        [10] Oktober
        [11] November
       *[12] Dezember
    }
zone = { $zone ->
        [WET] WEZ
        [WEST] WESZ
        [CET] MEZ
        [CEST] MESZ
        [EET] OEZ
        [EEST] OESZ
       *[other] { $zone }
    }
# Steht hinter „in“: Dativ.
length = { $unit ->
        [minutes] { $minutes } Min.
        [hours] { $hours } Std.
        [both] { $hours } Std. { $minutes } Min.
       *[days] { days } { $hours } Std.
    }
days = { $days ->
        [one] { $days } Tag
       *[other] { $days } Tagen
    }
