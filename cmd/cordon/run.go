package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/alecthomas/kong"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/postgres"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/when"
)

// version is the version of the program; a release sets it when it is built.
var version = "0.1.0-dev"

// Main is the program with its streams, so that tests run it as users do.
type Main struct {
	In       io.Reader
	Out, Err io.Writer
	// Terminal is true when Out is a terminal (colour), Progress when Err is.
	Terminal, Progress bool
	// Now tells the time; the clock unless given. Wait is the pause before a
	// download is tried again; the usual one unless given.
	Now  func() time.Time
	Wait time.Duration

	ctx context.Context
	// folder is what --folder says, of a command that has it.
	folder string
	// duties are the reports that the desk owes, of the table of clocks; none unless the command says so.
	duties []string
}

// cli is the command line.
type cli struct {
	Decide  decideCmd  `cmd:"" group:"decide" help:"May we do this, on that day, under which paragraph?"`
	Law     lawCmd     `cmd:"" group:"decide" help:"Read the law: of a day, what changed, what is not verified."`
	Goods   goodsCmd   `cmd:"" group:"decide" help:"What is this HS code, and which law names it?"`
	Payment paymentCmd `cmd:"" group:"decide" help:"May this payment (ISO 20022) go through?"`

	Screen   screenCmd   `cmd:"" group:"screen" help:"Screen a party, or every row of a file, against the lists."`
	Explain  explainCmd  `cmd:"" group:"screen" help:"Why a party is, or is not, a subject: the evidence."`
	Match    matchCmd    `cmd:"" group:"screen" help:"Are these two the same? Pairs of names or entities."`
	Lists    listsCmd    `cmd:"" group:"screen" help:"Load lists, official and your own; who was listed when?"`
	Watch    watchCmd    `cmd:"" group:"screen" help:"Customers on file, screened as lists change."`
	Selftest selftestCmd `cmd:"" group:"screen" help:"Does screening find what is listed, however written?"`
	Tune     tuneCmd     `cmd:"" group:"screen" help:"Learn the weights of name matching."`

	States  statesCmd  `cmd:"" group:"states" help:"Obligations by state: evidence and answers."`
	State   stateCmd   `cmd:"" group:"states" help:"All that is known of one state, as a report."`
	Claims  claimsCmd  `cmd:"" group:"states" help:"Who says so, on what evidence, and what is answered?"`
	Records recordsCmd `cmd:"" group:"states" help:"Figures of trade, oil, workers and reports."`
	Caps    capsCmd    `cmd:"" group:"states" help:"Figures beside a cap: within it, over it, or not known."`
	Mirror  mirrorCmd  `cmd:"" group:"states" help:"What trade shows: both sides, barred goods, diversion."`
	Bundle  bundleCmd  `cmd:"" group:"states" help:"A dossier with all it rests on, to be rebuilt by others."`

	Read readCmd `cmd:"" group:"read" help:"Speaker, kind and subject of each claim, and what bears it out."`

	Draft draftCmd `cmd:"" group:"draft" help:"Write, compare, test and backtest drafts."`

	Commitments commitmentsCmd `cmd:"" group:"commitments" help:"On which condition, and did it hold?"`
	Events      eventsCmd      `cmd:"" group:"commitments" help:"Tests, launches, exercises, talks, statements, by day."`

	Cases    casesCmd    `cmd:"" group:"desk" help:"Hits that two persons decide: queue, dispositions, suppressions."`
	Licences licencesCmd `cmd:"" group:"desk" help:"Licences and exemptions: conditions, and what rests on them."`
	Answers  answersCmd  `cmd:"" group:"desk" help:"Answers that were kept: list, show, hold, erase."`
	Replay   replayCmd   `cmd:"" group:"desk" help:"Answer a kept question again, and compare every byte."`
	Audit    auditCmd    `cmd:"" group:"desk" help:"The log of what was answered and done: verify, prove, give out."`
	Notify   notifyCmd   `cmd:"" group:"desk" help:"Who is told of what; send again what was not taken."`
	Jobs     jobsCmd     `cmd:"" group:"desk" help:"Long work in chunks: hand it in, follow it, take results."`
	Worker   workerCmd   `cmd:"" group:"desk" help:"Do jobs, on as many machines as there is work for."`

	Serve   serveCmd   `cmd:"" group:"data" help:"Pages and the API, on this machine unless told otherwise."`
	MCP     mcpCmd     `cmd:"" name:"mcp" group:"data" help:"Answer models over standard input and output (MCP)."`
	People  peopleCmd  `cmd:"" group:"data" help:"People who sign in: add, roles, passwords, sessions."`
	Keys    keysCmd    `cmd:"" group:"data" help:"Keys by which programs ask a server."`
	Config  configCmd  `cmd:"" group:"data" help:"Settings of a server: check a file, print an example."`
	Health  healthCmd  `cmd:"" group:"data" help:"Does a server live, is it ready?"`
	Backup  backupCmd  `cmd:"" group:"data" help:"Write all that is kept into one file."`
	Restore restoreCmd `cmd:"" group:"data" help:"Put a backup into an empty folder or database."`
	Schema  schemaCmd  `cmd:"" group:"data" help:"JSON Schema of activities or instruments."`
	Version versionCmd `cmd:"" group:"data" help:"Versions of program, law and data."`
}

// examples stand under --help of each command.
var examples = map[string]string{
	"cordon": `Examples:
  cordon decide shipment.yaml
  cordon screen 'Kim Jong Un'
  cordon law at 2017-09-11 --kind employment
  cordon serve

"cordon COMMAND --help" has its flags and examples.`,
	"decide": `An activity is YAML or JSON; a file ending in .jsonl, or --format jsonl on
standard input, is one JSON object a line. Exit status: 0 answered, 1 failed,
2 bad input or usage, 3 a verdict of --fail-on was given.

Examples:
  cordon decide examples/july-2017/01-workers.yaml
  cordon decide --ask --set kind=employment --set date=2017-09-11
  cordon decide --as-of 2017-08-04 shipment.yaml
  cordon decide --format jsonl --fail-on prohibited,over_cap < day.jsonl > rulings.jsonl
  cordon decide --law ./my-regimes --totals totals.yaml oil.yaml
  cordon decide --keep shipment.yaml`,
	"law": `Examples:
  cordon law at 2017-09-11 --kind employment
  cordon law show 2397-p7
  cordon law scenarios`,
	"version": `Examples:
  cordon version
  cordon version --format json`,
	"law list": `Examples:
  cordon law list
  cordon law list --kind vessel_service`,
	"law show": `Examples:
  cordon law show 2397-p7
  cordon law show 2375`,
	"law at": `Examples:
  cordon law at 2017-07-04
  cordon law at 2017-07-04 --kind transfer --direction from`,
	"law diff": `Examples:
  cordon law diff 2017-07-04 2017-12-23
  cordon law diff 2017-07-04 2017-12-23 --kind transfer --direction to`,
	"law timeline": `Examples:
  cordon law timeline
  cordon law timeline --kind employment`,
	"law lint": `Examples:
  cordon law lint
  cordon law lint --law ./my-regimes`,
	"law scenarios": `Examples:
  cordon law scenarios
  cordon law scenarios --show all`,
	"law review": `Examples:
  cordon law review
  cordon law review --format json`,
	"cases": `A case is a party of yours and an entry of a list. Two persons close it; what is
held stays held until it is closed as false. docs/desk.md tells how a team works
with it.

Examples:
  cordon cases from answers.jsonl --input customers.csv --ref NUMBER
  cordon cases list --limit 20`,
	"cases from": `Exit status: 0 all became cases, 1 something was not screened or left off.

Examples:
  cordon screen --input customers.csv --map name=NAME --format jsonl > answers.jsonl
  cordon cases from answers.jsonl --input customers.csv --map name=NAME --ref NUMBER --stake EUR
  cordon cases from --answers --batch 01J2Z3NDEKTSV4RRFFQ69G5FAV
  cordon cases from --job 01ARZ3NDEKTSV4RRFFQ69G5FAV`,
	"cases list": `Examples:
  cordon cases list --assigned ann
  cordon cases list --state suppressed --format jsonl`,
	"cases show": `Examples:
  cordon cases show 01ARZ3NDEKTSV4RRFFQ69G5FAV --format json`,
	"cases assign": `Examples:
  cordon cases assign 01ARZ3NDEKTSV4RRFFQ69G5FAV --to ann`,
	"cases comment": `Examples:
  cordon cases comment 01ARZ3NDEKTSV4RRFFQ69G5FAV --text "asked the bank for a date of birth"`,
	"cases dispose": `Examples:
  cordon cases dispose 01ARZ3NDEKTSV4RRFFQ69G5FAV --is false --code other-birth-date --reason "born 1990" --as ann`,
	"cases suppress": `Examples:
  cordon cases suppress 01ARZ3NDEKTSV4RRFFQ69G5FAV --until 2027-06-30 --owner bob --code other-birth-date --reason "born 1990"`,
	"cases confirm": `Examples:
  cordon cases confirm 01ARZ3NDEKTSV4RRFFQ69G5FAV --event 4 --as bob`,
	"cases return": `Examples:
  cordon cases return 01ARZ3NDEKTSV4RRFFQ69G5FAV --reason "the passport was not seen" --as bob`,
	"cases reopen": `Examples:
  cordon cases reopen 01ARZ3NDEKTSV4RRFFQ69G5FAV --reason "a new passport"`,
	"screen": `Exit status: 0 answered, 1 not screened, 2 bad input or usage.

Examples:
  cordon screen "Kim Yong Chol"
  cordon screen "Ocean Star" --schema Vessel --id imo:8628597
  cordon screen "Dmitrii Ovsiannikov" --birth-date 1977-02-21 --list un,uk
  cordon screen --input customers.csv --map name=FULL_NAME --map birthDate=DOB --output hits.csv
  cordon screen --input customers.jsonl --format jsonl > answers.jsonl`,
	"payment": `Every party and the free text of each transaction is screened by itself; its
outcome is the worst of them. Exit status: 0 answered, 1 a part was not screened,
2 bad input (a transaction refused, counts that disagree), 3 an outcome or verdict
of --fail-on was given.

Examples:
  cordon payment pacs008.xml
  cordon payment --format jsonl --fail-on match,possible,prohibited pain001.xml > answers.jsonl
  cordon payment --set jurisdiction=DE - < message.xml`,
	"read": `Give the day of the document: what was lawful hangs on it.

Examples:
  cordon read --date 2017-07-05 article.txt
  cordon read --date 2017-07-05 --format html article.html > claims.html
  cordon read --format jsonl - < statement.txt
  cordon read --date 2017-07-05 --format json article.txt > reading.json
  cordon claims accept reading.json 3 5 --by Ann --publisher "The Paper"
  cordon read --model-url http://127.0.0.1:8000/v1 --model NAME --allow-remote article.txt`,
	"explain": `Examples:
  cordon explain "Yun Ho Chin" un:KPi.001
  cordon explain "Yun Ho Chin" un:KPi.001 --birth-date 1944-10-13`,
	"states": `Each cell has two words: the evidence of a breach and the response of the
state. No information is neither compliance nor breach. There is no score; a
comparison needs weights of your own.

Examples:
  cordon states
  cordon states --obligation labour --by year
  cordon states --state China --evidence alleged --format csv
  cordon states --compare --weight 'reporting=1;conduct=1'`,
	"state": `Examples:
  cordon state Russia
  cordon state CN --as-of 2017-07-04
  cordon state China --format html > china.html`,
	"caps": `Examples:
  cordon caps oil --year 2018 --fill 1/3,1/2,0.9,1
  cordon caps coal --year 2017
  cordon caps 2397-p5 --year 2023 --format json`,
	"draft new": `Examples:
  cordon draft new wood.yaml
  cordon draft new next.yaml --like 2371 --on 2027-01-01`,
	"draft lint": `Warnings are questions and no errors: a measure may mean to have no wind-down.
Exit status: 0 read, 2 a fault in the draft.

Examples:
  cordon draft lint wood.yaml`,
	"draft diff": `Examples:
  cordon draft diff wood.yaml
  cordon draft diff wood.yaml --format md > wood.md`,
	"draft test": `Examples:
  cordon draft test wood.yaml
  cordon draft test wood.yaml --base-year 2015 --base-year 2016 --enforcement 0.6..0.8
  cordon draft test wood.yaml --records comtrade.csv --base-year 2016
  cordon draft test wood.yaml --activities shipments.jsonl --period 2017 --as-if`,
	"draft report": `Examples:
  cordon draft report wood.yaml --format html > wood.html`,
	"draft backtest": `Examples:
  cordon draft backtest
  cordon draft backtest 2375 --enforcement 1 --substitution 0`,
	"commitments list": `Examples:
  cordon commitments list
  cordon commitments list --to 2018-06-30`,
	"commitments show": `Examples:
  cordon commitments show freeze-2017
  cordon commitments show moratorium-2018-icbm --format md`,
	"commitments test": `Two readings are given where something is in doubt: with it, and without.

Examples:
  cordon commitments test freeze-2017 --assume accepted --to 2018-03-31
  cordon commitments test moratorium-2018
  cordon commitments test freeze-2017 --assume accepted --only --events tests.csv --about KP`,
	"commitments timeline": `Examples:
  cordon commitments timeline framework-1994
  cordon commitments timeline --from 2017-07-01 --to 2017-12-31 --format html`,
	"events list": `Examples:
  cordon events list --period 2017
  cordon events list --kind exercise --format jsonl`,
	"events show": `Examples:
  cordon events show launch-2017-07-04`,
	"events load": `Examples:
  cordon events load my-events.yaml
  cordon events load north_korea_missile_test_database.csv --about KP -o tests.jsonl`,
	"bundle make": `Examples:
  cordon bundle make China
  cordon bundle make RU --known-at 2019-12-31 --output ru.zip`,
	"bundle verify": `Examples:
  cordon bundle verify cn.bundle.zip`,
	"selftest": `Each listed name is written as people and machines write it wrongly or otherwise
(slips, words left out or moved, other spellings and scripts, look-alike letters),
and the engine is asked with each. Exit status: 0 passes, 1 failed, 2 bad input or
usage, 3 below a floor or above a ceiling.

Examples:
  cordon selftest
  cordon selftest --list un --all --misses misses.jsonl
  cordon selftest --floor substitute=0.97 --floor all=0.95 --ceiling alerts=0.005
  cordon selftest --population customers.csv --sample 200 --format json
  cordon selftest --threshold 0.9 --floors our-floors.yaml`,
	"watch add": `The file has all customers there are: who is not in it any more is gone from the
base. Rows that cannot be screened as they stand are refused with their place.

Examples:
  cordon watch add clients customers.csv --ref CUSTOMER_NO
  cordon watch add clients customers.xlsx --ref ID --map name=FULL_NAME --map birthDate=DOB`,
	"watch list": `Examples:
  cordon watch list
  cordon watch list --format json`,
	"watch run": `One line on standard error says what was screened against what, and that nobody is
missing. What is raised are differences from the run before.

Examples:
  cordon watch run clients
  cordon watch run clients --max-age 48h --format csv > raised.csv`,
	"watch follow": `Examples:
  cordon watch follow
  cordon watch follow clients --format jsonl`,
	"watch changes": `Examples:
  cordon watch changes clients
  cordon watch changes clients --since 12 --format csv
  cordon watch changes clients --since 0`,
	"watch lookback": `Examples:
  cordon watch lookback clients --against un@3
  cordon watch lookback clients --run 7 --params ./tuned`,
	"watch erase": `Examples:
  cordon watch erase clients 10482`,
	"jobs": `A job outlives whoever works on it: each chunk is done once, however many die over it.
docs/SCALING.md says what one machine does and when to add another.

Examples:
  cordon jobs submit screen customers.csv
  cordon jobs wait 01ARZ3NDEKTSV4RRFFQ69G5FAV
  cordon jobs results 01ARZ3NDEKTSV4RRFFQ69G5FAV > answers.jsonl`,
	"jobs submit screen": `Each row is answered with the lists as they are now, whoever screens it and whenever.

Examples:
  cordon jobs submit screen customers.csv --map name=FULL_NAME
  cordon jobs submit screen customers.csv --database postgres://cordon@db.example/cordon --chunk 4000`,
	"jobs submit read": `Examples:
  cordon jobs submit read --date 2017-07-05 article.txt note.pdf`,
	"jobs submit load": `Examples:
  cordon jobs submit load --source un
  cordon jobs submit load --source un consolidated.xml`,
	"jobs submit draft": `Examples:
  cordon jobs submit draft stronger.yaml milder.yaml`,
	"jobs submit watch": `Examples:
  cordon jobs submit watch clients
  cordon jobs submit watch clients suppliers --full`,
	"jobs list": `Examples:
  cordon jobs list --format json`,
	"jobs show": `Examples:
  cordon jobs show 01ARZ3NDEKTSV4RRFFQ69G5FAV`,
	"jobs wait": `Exit status: 0 done, 1 some chunks were given up, cancelled, or not in time.

Examples:
  cordon jobs wait 01ARZ3NDEKTSV4RRFFQ69G5FAV --timeout 10m`,
	"jobs results": `Examples:
  cordon jobs results 01ARZ3NDEKTSV4RRFFQ69G5FAV --format csv > hits.csv
  cordon jobs results 01ARZ3NDEKTSV4RRFFQ69G5FAV --partial`,
	"jobs cancel": `Examples:
  cordon jobs cancel 01ARZ3NDEKTSV4RRFFQ69G5FAV`,
	"jobs retry": `Examples:
  cordon jobs retry 01ARZ3NDEKTSV4RRFFQ69G5FAV`,
	"jobs erase": `Examples:
  cordon jobs erase 01ARZ3NDEKTSV4RRFFQ69G5FAV`,
	"worker": `Over a folder one worker works, and others wait until it is gone; a server over the
folder works too. Over a database any number do.

Examples:
  cordon worker --database postgres://cordon@db.example/cordon --folder /var/lib/cordon
  cordon worker --slots 4 --kind screen`,
	"lists sources": `Examples:
  cordon lists sources
  cordon lists sources --format json`,
	"lists pull": `Asks each server whether anything is new, fetches what is, and loads it. What
was in force stays in force when a file cannot be fetched or is not whole.
Addresses can be changed in lists.yaml in the data folder, under source and part.

Examples:
  cordon lists pull un
  cordon lists pull --data /var/lib/cordon
  cordon lists pull un --address un.list=https://mirror.example/consolidated.xml`,
	"lists load": `A list is loaded whole or not at all: every entry of the file is taken over or
refused with its place and reason. An error page, a file that is broken off, an
empty list and a list that lost too many entries are not taken.

Examples:
  cordon lists load consolidated.xml --source un
  cordon lists load sdn.csv alt.csv add.csv sdn_comments.csv --source ofac-sdn
  cordon lists mapping blocked.xlsx --owner "Example Bank" --expires 2027-06-30 > blocked.yaml
  cordon lists load blocked.xlsx --source own --list blocked --mapping blocked.yaml --published 2026-11-27`,
	"lists mapping": `Columns that are known by what they are called, and hold it, get their property; the
others stand under ignore with the reason, if there is one. A load refuses a mapping
without owner and expires, and a column of which it says nothing.

Examples:
  cordon lists mapping blocked.xlsx > blocked.yaml
  cordon lists mapping blocked.csv --owner "Example Bank" --expires 2027-06-30 > blocked.yaml`,
	"lists status": `Examples:
  cordon lists status
  cordon lists status --fail-if-stale 48h --format json`,
	"lists show": `Examples:
  cordon lists show KPe.001
  cordon lists show KPe.001 --as-of 2009-04-23
  cordon lists show un:QDi.008 --as-of 2018-10-29 --known-at 2018-10-29`,
	"lists diff": `Examples:
  cordon lists diff un@1 un@2
  cordon lists diff un@1 un --format table --whole`,
	"lists history": `Examples:
  cordon lists history KPe.001`,
	"lists verify": `Examples:
  cordon lists verify`,
	"records load": `A file is loaded whole or not at all, as a new reading of its series: every row is
taken over or refused with its place and reason. A file of which more than 5 in
100 rows are refused is not taken.

Examples:
  cordon records load TradeData.csv --published 2026-11-20
  cordon records load answer.json --format comtrade-json
  cordon records load table.xlsx --series my-agency --set by=Agency --set subject=KP \
    --set flow=total --map period=Year --map partner=Country --map value_usd=Trade --scale value_usd=1000000`,
	"records list": `Examples:
  cordon records list --partner CN --measure trade_share
  cordon records list --series un-1718-refined --reporter RU --period 2023
  cordon records list --goods 2701 --format csv
  cordon records list --readings`,
	"records show": `Examples:
  cordon records show 2013-cn-share
  cordon records show un-1718-refined@1/2023-01-ru`,
	"records check": `Exit status: 0, or 1 when something is wrong.

Examples:
  cordon records check
  cordon records check --series comtrade --format json`,
	"claims list": `Examples:
  cordon claims list --state China --obligation 2397-p8
  cordon claims list --kind denial --period 2017
  cordon claims list --source s-2017-613 --format json`,
	"claims show": `Examples:
  cordon claims show trucks-finding
  cordon claims show coal-2019-28 --blind`,
	"claims add": `A file has the lists sources, claims, grades and requests; docs/method/claims.md
describes them. All of it is added, or nothing. A claim by flags needs a source
that is on record; a new source goes into a file, as in

  sources:
    - {id: paper-1, title: Yards and permits, publisher: The Paper, kind: press,
       published: 2017-11-02, verified: true}
  claims:
    - {id: yard-permits, source: paper-1, speaker: The Paper, kind: allegation,
       text: A yard renewed permits in October 2017., about: [Poland], verified: true,
       activity: {kind: employment, date: 2017-10, work: {host: PL, nationality: KP,
         new_authorisation: true}}}

Examples:
  cordon claims add mine.yaml --original page-1=page.html
  cordon claims add --id my-answer --source page-1 --speaker "Foreign ministry" \
    --speaker-state Cuba --kind denial --dispute law --text "It was a repair." --answers ccg-finding`,
	"claims accept": `What "cordon read" finds is a first pass. A claim counts once a person took it in:
with the name, the day, the hash of the document, the span and the rule. The
document is kept as its source. It is refused when it is not the one that was
read, and a claim that was accepted before is not accepted again.

Examples:
  cordon read --date 2017-07-05 article.txt --format json > reading.json
  cordon claims accept reading.json 3 5 --by Ann --publisher "The Paper" --source-kind press
  cordon claims accept article.txt 7 --date 2017-07-05 --by Ann`,
	"claims edit": `Examples:
  cordon claims edit reading.json 4 --by Ann --kind allegation --about Peru --text "Peru hired them."
  cordon claims edit reading.json 6 --by Ann --activity hosting.yaml --reason "the day stands in the heading"`,
	"claims reject": `What was rejected is not offered again when the same document is read: the
others keep their numbers. "cordon read --all" shows it.

Examples:
  cordon claims reject reading.json 2 9 --by Ann --reason "irony"`,
	"claims grade": `Letter and number are entered apart, each with its reason; claims show --blind
shows the claim without the grades of others.

Examples:
  cordon claims grade coal-2019-28 --reliability B --by Ann --reason "the Panel checks what states give it"
  cordon claims grade coal-2019-28 --credibility 3 --by Ann --reason "one state, no samples"`,
	"claims reply": `Examples:
  cordon claims reply sn-corman --asked 2019-09-20 --of Senegal --by "The Paper"
  cordon claims reply sn-corman --silent --until 2019-10-20
  cordon claims reply trucks-finding --asked 2012-10 --of China --by "1718 Committee" --answer trucks-cn-answer`,
	"claims export": `Examples:
  cordon claims export > claims.jsonl
  cordon claims export --format jsonld > claims.jsonld`,
	"claims import": `Examples:
  cordon claims import claims.jsonl
  cordon claims import claims.jsonld --data /var/lib/cordon`,
	"claims verify": `Examples:
  cordon claims verify`,
	"goods": `Examples:
  cordon goods 8413
  cordon goods 270119
  cordon goods frozen squid`,
	"mirror": `It looks at the figures that ship with Cordon, those that were loaded with
records load, and the tables of --records. Patterns are reasons to ask, never
findings; what may explain them is told first. "cordon records show" traces a
figure that it names.

Examples:
  cordon mirror --target PRK
  cordon mirror --target PRK --year 2013/2018 --partner CN
  cordon mirror --target PRK --hs 2701 --records comtrade-2016.csv --records comtrade-2017.csv
  cordon mirror --target PRK --year 2017 --format csv > figures.csv`,
	"match": `Each pair is answered with a line of JSON: the probability that both are the same, the
evidence in bits, and why. A pair on standard input is {"schema":"Person","a":"...",
"b":"..."}, or {"left":{...},"right":{...}} with entities of FollowTheMoney.

Examples:
  cordon match 'Kim Jong Un' 'Kim Chong-un'
  cordon match --schema Vessel --explain 'Ocean Star' 'Ocean Starr'
  cordon match --threshold 0.7 < pairs.jsonl > scores.jsonl`,
	"answers list": `Examples:
  cordon answers list
  cordon answers list --kind screen --from 2026-11-01 --format jsonl`,
	"answers show": `Examples:
  cordon answers show 01M8CT7GKPZ21ND4D6KK3GNEHH
  cordon answers show 01M8CT7GKPZ21ND4D6KK3GNEHH --format json`,
	"answers export": `Examples:
  cordon answers export --from 2026-11-01 > november.jsonl`,
	"answers hold": `Examples:
  cordon answers hold 01M8CT7GKPZ21ND4D6KK3GNEHH --reason "case 2026/17"`,
	"answers release": `Examples:
  cordon answers release 01M8CT7GKPZ21ND4D6KK3GNEHH --reason "case 2026/17 is closed"`,
	"answers erase": `What is erased is gone from the files of the data folder too; copies of it are
yours to find, and of a database its files (docs/postgres.md). The log keeps the entry, whose hash tells nothing of the answer.
How long answers are kept is a policy of yours: docs/audit.md has an example.

Examples:
  cordon answers erase 01M8CT7GKPZ21ND4D6KK3GNEHH --reason "asked for by the person"
  cordon answers erase --due --dry-run
  cordon answers erase --due --policy retention.yaml`,
	"replay": `Law, parameters and lists are those that were kept with the answer, not those that
the program has by now. Exit status: 0 the same bytes, 1 not, or not replayed.

Examples:
  cordon replay 01M8CT7GKPZ21ND4D6KK3GNEHH
  cordon replay --all`,
	"audit verify": `Every entry is held against its hash, every hash against those below it, the root
against each signed head, every answer and load against its entry. Exit status: 0
all is as it was signed, 1 something is not.

Examples:
  cordon audit verify
  cordon audit verify --checkpoint november.txt
  cordon audit verify package.zip --key cordon.pub`,
	"audit prove": `Examples:
  cordon audit prove 01M8CT7GKPZ21ND4D6KK3GNEHH
  cordon audit prove un@3 --format json`,
	"audit export": `A package has the answers with their questions, what they were made with, what was
done to them, who stayed below the threshold, and proofs; it verifies offline.

Examples:
  cordon audit export > log.jsonl
  cordon audit export --package 01M8CT7GKPZ21ND4D6KK3GNEHH -o package.zip --reason "request 2026/9"`,
	"audit checkpoint": `Keep it where whoever runs Cordon cannot change it: what was signed once cannot be
changed later without its showing.

Examples:
  cordon audit checkpoint > november.txt`,
	"audit key": `Examples:
  cordon audit key > cordon.pub`,
	"mcp": `One client speaks over standard input and output; "cordon serve --mcp" answers at
/mcp over HTTP. Nothing is sent anywhere, and nothing is changed.

Examples:
  cordon mcp
  cordon mcp --data /var/lib/cordon --max-age 48h`,
	"people": `People sign in to the pages of a server, and what they do there they do in their own
name. docs/access.md tells what each role may do.

Examples:
  cordon people add ana --role analyst --display "Ana Alves"
  cordon people list`,
	"people add": `The password is printed once and stored nowhere: only its hash is kept.

Examples:
  cordon people add dag --role admin
  cordon people add ana --role analyst --role auditor --password-stdin < password.txt
  cordon people add bo@example.org --role approver --no-password`,
	"people list": `Examples:
  cordon people list
  cordon people list --format json`,
	"people role": `Examples:
  cordon people role ana analyst approver`,
	"people disable": `Examples:
  cordon people disable ana`,
	"people enable": `Examples:
  cordon people enable ana`,
	"people password": `Examples:
  cordon people password ana
  cordon people password ana --password-stdin < password.txt`,
	"people sessions": `Examples:
  cordon people sessions
  cordon people sessions ana --end`,
	"keys add": `The secret is printed once and stored nowhere: only its hash is kept. A server takes
a new key, and drops a revoked one, within the time of --poll.

Examples:
  cordon keys add --name payments-eu --scope screen --scope decide
  cordon keys add --name prometheus --scope metrics --expires never
  cordon keys add --name bo --scope cases --scope approve`,
	"keys list": `Examples:
  cordon keys list
  cordon keys list --format json`,
	"keys revoke": `Examples:
  cordon keys revoke ck_ab2cd3ef4g`,
	"health": `Exit status: 0 all is well, 1 it is not.

Examples:
  cordon health
  cordon health --ready http://127.0.0.1:9000`,
	"config check": `Flags outrank the environment, and that the file. Secrets are not shown.

Examples:
  cordon config check /etc/cordon/cordon.toml
  CORDON_MAX_AGE=48h cordon config check`,
	"config example": `Examples:
  cordon config example > cordon.toml`,
	"serve": `Pages and API share one address. On this machine alone no key is asked for until
the first is made; an address that others reach always needs one.

Examples:
  cordon serve
  cordon serve --keep answers
  cordon serve --addr 127.0.0.1:9000
  curl -s -H 'Content-Type: application/json' --data-binary @shipment.json http://127.0.0.1:8080/v1/decide
  curl -s 'http://127.0.0.1:8080/v1/states/CN?known_at=2017-07-04'`,
	"backup": `The store may be used meanwhile: the file has it as it was at one moment. It is
written whole or not at all, and never over another. Indexes are not in it, as they
are made anew.

Examples:
  cordon backup cordon.tar.zst
  cordon backup /mnt/backups --data postgres://cordon@db.example/cordon`,
	"restore": `The whole file is compared with its hashes before anything is restored, and the
store afterwards. A backup of a folder can be restored into a database, and the
other way.

Examples:
  cordon restore cordon.tar.zst --data /var/lib/cordon
  cordon restore cordon.tar.zst --data postgres://cordon@db.example/cordon
  cordon restore cordon.tar.zst --check`,
	"schema": `Examples:
  cordon schema activity > activity.schema.json
  cordon schema instrument`,
}

// common are flags that several commands share.
type lawFlags struct {
	Law []string `help:"Add the regimes in this folder (repeatable)." placeholder:"DIR" type:"path"`
	// Drafts are instruments that a command reads one by one.
	Drafts []law.File `kong:"-"`
}

type formatFlag struct {
	Format string `help:"How to print: ${enum}." enum:"text,json" default:"text"`
}

// Run runs the program and gives its exit status.
func (m *Main) Run(ctx context.Context, args []string) int {
	m.ctx = ctx
	args = helpAsked(args)
	var c cli
	exit := -1
	parser, err := m.parser(c.grammar(args), kong.Exit(func(code int) { exit = code; panic(exited{}) }))
	if err != nil {
		return m.fail(err)
	}
	return func() (code int) {
		defer func() {
			if r := recover(); r != nil {
				if _, ok := r.(exited); !ok {
					panic(r)
				}
				code = exit
			}
		}()
		kctx, err := parser.Parse(args)
		if err == nil && kctx.Command() == "serve" {
			if args, err = m.withSettings(parser, kctx, args, &c); err != nil {
				return m.fail(err)
			}
			c = cli{}
			kctx, err = parser.Parse(args)
		}
		if err != nil {
			return m.fail(misused(err, args))
		}
		err = kctx.Run(m)
		var status exitStatus
		if errors.As(err, &status) {
			return int(status)
		}
		return m.fail(err)
	}()
}

// grammar is what a command line is read into: where it begins with a command, that command alone, as to make out
// all of them takes longer than most commands do.
func (c *cli) grammar(args []string) any {
	if len(args) == 0 || args[0] == "serve" { // which settings are read into
		return c
	}
	all := reflect.TypeFor[cli]()
	for i := range all.NumField() {
		f := all.Field(i)
		if cmp.Or(f.Tag.Get("name"), strings.ToLower(f.Name)) == args[0] {
			return reflect.New(reflect.StructOf([]reflect.StructField{f})).Interface()
		}
	}
	return c
}

// parser reads command lines into what has the shape of a cli, or of a part of it.
func (m *Main) parser(c any, o ...kong.Option) (*kong.Kong, error) {
	p, err := kong.New(c, append([]kong.Option{
		kong.Name("cordon"),
		kong.Description("Cordon turns a sanctions regime into something a computer can apply and a person can check."),
		kong.Writers(m.Out, m.Err), kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 88}), kong.Help(m.help), kong.ExplicitGroups(commandGroups),
		kong.Bind(m), kong.NamedMapper("store", kong.MapperFunc(storeValue)),
	}, o...)...)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the command line")
	}
	return p, nil
}

type exited struct{}

// exitStatus is an error that is only an exit status.
type exitStatus int

// Error is part of the interface of errors.
func (e exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

func (m *Main) help(o kong.HelpOptions, ctx *kong.Context) error {
	o.NoExpandSubcommands = ctx.Selected() == nil     // one line a command
	for n := ctx.Selected(); n != nil; n = n.Parent { // groups are for the list of all commands
		defer func(g *kong.Group) { n.Group = g }(n.Group)
		n.Group = nil
	}
	if err := kong.DefaultHelpPrinter(o, ctx); err != nil {
		return err
	}
	key := "cordon"
	if n := ctx.Selected(); n != nil {
		key = strings.TrimPrefix(n.Path(), "cordon ")
		if i := strings.IndexAny(key, "<["); i > 0 {
			key = strings.TrimSpace(key[:i])
		}
	}
	if text, ok := examples[key]; ok {
		_, err := fmt.Fprintf(m.Out, "\n%s\n", text)
		return err
	}
	return nil
}

func (m *Main) fail(err error) int {
	if err != nil {
		fmt.Fprintf(m.Err, "cordon: %s\n", postgres.Hide(err.Error()))
	}
	return fault.Exit(err)
}

// embedded is the law that ships with Cordon, which never changes: a server asks for it at several places.
var embedded = sync.OnceValues(func() (*decide.Desk, error) { return decide.Open(data.FS, decide.Config{}) })

func (m *Main) open(l lawFlags, o ruling.Options) (*decide.Desk, error) {
	if len(l.Law)+len(l.Drafts) == 0 && !o.Exhaustive && !o.Interpret && o.Only == nil {
		d, err := embedded()
		if err != nil || !o.Eager {
			return d, err
		}
		eager := *d
		eager.Engine, err = ruling.NewEngine(d.Law, d.Places, d.Lists, d.Factors, ruling.Options{Eager: true, From: d.Engine})
		return &eager, err
	}
	return decide.Open(data.FS, decide.Config{LawDirs: l.Law, Drafts: l.Drafts, Options: o})
}

func parseDay(flag, s string) (when.Day, error) {
	if s == "" {
		return when.NoDay, nil
	}
	d, err := when.ParseDay(s)
	return d, fault.In(fault.Place{Field: flag}, err)
}

func readFile(name string) ([]byte, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, fault.New(fault.NotFound, "the file %q cannot be read: %v", name, errors.Unwrap(err))
	}
	return b, nil
}
