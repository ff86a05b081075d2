"""Rules of the tap, and how each is broken to see that a test notices: see mutants.py.

A rule is broken by a function that takes the place of one of the tap: a Python expression that is
evaluated at the end of the module, and called with the original function and its arguments. It may
use the names of the module, `datetime`, `replace` of dataclasses, and `convert(items, function)`,
which yields each item as the function returns it, and returns what the generator `items` returns.
"""

from __future__ import annotations

from dataclasses import dataclass

READING, HISTORIES = "tests/unit/pagination/test_reader.py", "tests/property/test_stateful.py"
RUNS, DELETES, AUTH = (
    "tests/unit/test_tap.py",
    "tests/unit/singer/test_activate_version.py",
    "tests/unit/test_auth.py",
)
ORDER, PREFETCH = "tests/unit/singer/test_ordered_map.py", "tests/unit/pagination/test_prefetch.py"
REQUESTS, LIMITS = "tests/unit/test_client.py", "tests/unit/http/test_rate_limit.py"

ALWAYS_TRUE = "lambda original, *args, **kwargs: True"
ALWAYS_FALSE = "lambda original, *args, **kwargs: False"
NOTHING = "lambda original, *args, **kwargs: None"
NEGATED = "lambda original, *args, **kwargs: not original(*args, **kwargs)"


def argument(number: int) -> str:
    """Return its own argument, `self` being number 0."""
    return f"lambda original, *args, **kwargs: args[{number}]"


def result(expression: str) -> str:
    """Return an expression over `value`, which the original has returned."""
    return (
        f"lambda original, *args, **kwargs: (lambda value: {expression})(original(*args, **kwargs))"
    )


def attribute(name: str, value: str) -> str:
    """Let the original run after an attribute of `self` was set to an expression."""
    return (
        f'lambda original, self, *args, **kwargs: (setattr(self, "{name}", {value}),'
        " original(self, *args, **kwargs))[1]"
    )


@dataclass(frozen=True, slots=True)
class Mutation:
    """A rule, the function that keeps it, what takes its place, and the tests that must notice.

    `function` is written `module:name` or `module:Class.name`.
    """

    rule: str
    function: str
    change: str
    tests: tuple[str, ...]


MUTATIONS = (
    Mutation(
        "rows of the boundary second are read again",
        "tap_zohobooks.pagination.reader:_is_due",
        "lambda original, row, start: original(row, start)"
        " and (start is None or row_time(row) != start)",
        (READING, HISTORIES),
    ),
    Mutation(
        "the boundary second is asked for again",
        "tap_zohobooks.pagination.page:filter_value",
        result('value[:17] + f"{int(value[17:19]) + 1:02d}" + value[19:]'),
        (READING, HISTORIES),
    ),
    Mutation(
        "rows of the boundary second are dropped by key, not for their second",
        "tap_zohobooks.pagination.reader:Reader._unseen",
        "lambda original, self, rows: original("
        "self, [row for row in rows if not self._seen or row_time(row) != self._reached])",
        (READING, HISTORIES),
    ),
    Mutation(
        "an echo of the order is not trusted: rows must be in order",
        "tap_zohobooks.pagination.page:Page.is_sorted",
        "lambda original, self, order: None not in self.times and self.has_more_known"
        " and (self.sort_column, self.sort_order) == (MODIFIED, order)",
        (READING, HISTORIES),
    ),
    Mutation(
        "rows in order by chance prove no order",
        "tap_zohobooks.pagination.capabilities:CapabilityProbe._is_turned",
        ALWAYS_TRUE,
        (READING, HISTORIES),
    ),
    Mutation(
        "a list that has changed meanwhile proves no order either",
        "tap_zohobooks.pagination.capabilities:CapabilityProbe._is_turned",
        'lambda original, self, times, order, since: (self.end("D") or "") >= max(times)'
        ' > min(times) if order == "A" else original(self, times, order, since)',
        (READING,),
    ),
    Mutation(
        "a filter that lets older rows through is found out",
        "tap_zohobooks.pagination.capabilities:CapabilityProbe.is_honoured",
        'lambda original, self, page, since: self.is_ordered(page, "A", since)'
        " and self.capabilities.filters is not False",
        (READING, HISTORIES),
    ),
    Mutation(
        "a filter that leaves out its own instant is found out",
        "tap_zohobooks.pagination.reader:Reader._is_joined",
        ALWAYS_TRUE,
        (READING, HISTORIES),
    ),
    Mutation(
        "pages of one second move no bookmark before the order is confirmed",
        "tap_zohobooks.pagination.reader:Reader._unseen",
        result("((row, row_time(row)) for row, _ in value)"),
        (READING, HISTORIES),
    ),
    Mutation(
        "a service that ceases to order is found out",
        "tap_zohobooks.pagination.capabilities:CapabilityProbe.confirm_sort",
        ALWAYS_TRUE,
        (READING, HISTORIES),
    ),
    Mutation(
        "an empty filtered page is confirmed by the newest row",
        "tap_zohobooks.pagination.reader:Reader._is_all",
        ALWAYS_TRUE,
        (READING, HISTORIES),
    ),
    Mutation(
        "the newest of unsorted rows is no bookmark before all are emitted",
        "tap_zohobooks.pagination.reader:Reader._full_scan",
        result("convert(value, lambda item: (item[0], row_time(item[0])) if item[0] else item)"),
        (READING, HISTORIES),
    ),
    Mutation(
        "a row that changed during an offset scan is no bookmark",
        "tap_zohobooks.pagination.reader:Reader._full_scan",
        attribute("_opened", "datetime.max"),
        (READING,),
    ),
    Mutation(
        "documents of an unsorted list move the bookmark no further than their list does",
        "tap_zohobooks.streams.details:_in_order",
        result("((row, row_time(row)) for row, _ in value)"),
        (READING,),
    ),
    Mutation(
        "tied rows are read until they are as many as their places",
        "tap_zohobooks.pagination.offset_scan:TieGroup.follow",
        result("(len(args[1].rows), False)"),
        (READING,),
    ),
    Mutation(
        "rows without a time of change make a list be read whole",
        "tap_zohobooks.pagination.reader:Reader._way",
        attribute("timeless", "False"),
        (READING, RUNS),
    ),
    Mutation(
        "rows without a time of change are looked for behind all others",
        "tap_zohobooks.pagination.reader:Reader._all_by_time",
        "lambda original, self: self._keyset(None)",
        (READING,),
    ),
    Mutation(
        "whether rows lack a time of change is kept in the state",
        "tap_zohobooks.streams.base:ResourceStream._advance",
        "lambda original, self, context, bookmark: SingerStream._advance(self, context, bookmark)",
        (RUNS,),
    ),
    Mutation(
        "a bookmark moves after its rows are written, not before",
        "tap_zohobooks.singer.stream:SingerStream.write",
        "lambda original, self, part: (self._advance(part.job.context, part.bookmark),"
        " self.tap.state_writer.write_state(self.tap_state), original(self, part))[2]",
        (HISTORIES,),
    ),
    Mutation(
        "a run begins the lookback before its bookmark",
        "tap_zohobooks.streams.base:ResourceStream.start",
        "lambda original, self, context: original(self, context)"
        ' and (self.get_context_state(context).get("replication_key_value")'
        " or original(self, context))",
        (RUNS, HISTORIES),
    ),
    Mutation(
        "a bookmark keeps the lookback from the start of the scan",
        "tap_zohobooks.streams.base:PartitionRead.bookmark",
        "lambda original, self, safe_bookmark: original(self, safe_bookmark) and safe_bookmark",
        (RUNS, HISTORIES),
    ),
    Mutation(
        "documents leave in the order of their list",
        "tap_zohobooks.streams.details:DetailStream._read",
        result("reversed([*value])"),
        (RUNS, HISTORIES),
    ),
    Mutation(
        "no bookmark passes documents of which not one was found",
        "tap_zohobooks.streams.base:PartitionRead.bookmark",
        "lambda original, self, safe_bookmark: safe_bookmark"
        " and min(safe_bookmark, self.max_bookmark or safe_bookmark)",
        (RUNS,),
    ),
    Mutation(
        "instants are compared in UTC, not as local text",
        "tap_zohobooks.pagination.page:row_time",
        'lambda original, row: original(row) and row[MODIFIED][:19] + "+00:00"',
        (RUNS, READING),
    ),
    Mutation(
        "a revoked access token is replaced",
        "tap_zohobooks.auth:Authenticator.renew",
        "lambda original, self, refused: self.token()",
        (AUTH, RUNS),
    ),
    Mutation(
        "requests leave in the order of the documents",
        "tap_zohobooks.singer.ordered_map:Turn.come",
        NOTHING,
        (ORDER,),
    ),
    Mutation(
        "a prefetched page brings no row as it was before",
        "tap_zohobooks.pagination.offset_scan:OffsetScan._is_in_step",
        "lambda original, self, marks, known, offset: self._follows(marks, offset)",
        (PREFETCH,),
    ),
    Mutation(
        "a prefetched page joins the one before",
        "tap_zohobooks.pagination.offset_scan:OffsetScan._is_in_step",
        "lambda original, self, marks, known, offset: all("
        "mark in known or mark[0] not in {key for key, _ in known} for mark in marks)",
        (PREFETCH,),
    ),
    Mutation(
        "no request leaves once another has met the end of the day",
        "tap_zohobooks.http.limiter:OrganizationLimiter._book",
        attribute("_over", "None"),
        (REQUESTS,),
    ),
    Mutation(
        "a list that moved while it was read whole blocks deletes",
        "tap_zohobooks.pagination.reader:Reader._full_scan",
        "lambda original, self, start:"
        ' ((yield from original(self, start)), setattr(self, "is_sure", True))[0]',
        (READING, DELETES),
    ),
    Mutation(
        "ACTIVATE_VERSION is written once all organizations are read",
        "tap_zohobooks.singer.scheduler:SyncScheduler._handle",
        "lambda original, self, message: (original(self, message),"
        " isinstance(message, PartitionDone) and message.job.stream.end())[0]",
        (DELETES,),
    ),
    Mutation(
        "a bookmark in the future is refused",
        "tap_zohobooks.singer.state:check_start",
        NOTHING,
        ("tests/unit/singer/test_state_migration.py",),
    ),
    Mutation(
        "nothing is deleted once deletes are blocked",
        "tap_zohobooks.singer.activate_version:VersionedStream._activate",
        "lambda original, self, version: (self._delete_blocks.clear(), original(self, version))[1]",
        (DELETES,),
    ),
    Mutation(
        "a callback for another login is not used",
        "tap_zohobooks.oauth.callback_server:Listener.expects",
        ALWAYS_TRUE,
        ("tests/unit/oauth/test_callback_server.py",),
    ),
    Mutation(
        "a 404 without JSON is no document that is gone",
        "tap_zohobooks.http.responses:_classify_unreadable",
        "lambda original, status, headers: Refused(status, None, str(status))"
        " if status == _NOT_FOUND else original(status, headers)",
        (RUNS,),
    ),
    Mutation(
        "a path that the service denies is no reason to delete",
        "tap_zohobooks.singer.activate_version:VersionedStream.block_deletes",
        'lambda original, self, why: None if "no such path" in why else original(self, why)',
        (DELETES,),
    ),
    Mutation(
        "no .netrc puts its header into a request",
        "tap_zohobooks.connection:build_session",
        result('(setattr(value, "auth", None), value)[1]'),
        (RUNS,),
    ),
    Mutation(
        "a checkout of which git says nothing may commit .env",
        "tap_zohobooks.cli.env_file:is_exposed",
        'lambda original: _git("check-ignore", "--quiet", "--", str(FILE)) == 1',
        ("tests/unit/cli/test_env_file.py",),
    ),
    Mutation(
        "the browser's callback is taken once",
        "tap_zohobooks.oauth.callback_server:_Handler.do_GET",
        'lambda original, self: (setattr(self.server, "first", Lock()), original(self))[1]',
        ("tests/unit/oauth/test_callback_server.py",),
    ),
    Mutation(
        "a code of the web is bound to its login by a verifier",
        "tap_zohobooks.oauth.consent:Asking.form",
        result('{**value, "code_verifier": ""}'),
        ("tests/unit/oauth/test_authorization_code.py",),
    ),
    Mutation(
        "code and secret are sent to Zoho's servers only",
        "tap_zohobooks.oauth.consent:trusted",
        'lambda original, server, location, hosts, asked: (server or asked).rstrip("/")',
        ("tests/unit/oauth/test_consent.py",),
    ),
    Mutation(
        "China's servers are asked only by name",
        "tap_zohobooks.oauth.authorization_code:Accounts.servers",
        "lambda original, self: original("
        "Accounts(replace(self._hosts, region=CHINA), self._session, self._timeout))",
        ("tests/unit/oauth/test_authorization_code.py",),
    ),
    Mutation(
        "a revoked token is remembered by all runs",
        "tap_zohobooks.oauth.revoked_token:RevokedToken.check",
        NOTHING,
        ("tests/unit/oauth/test_revoked_token.py",),
    ),
    Mutation(
        "the webhook is posted once",
        "tap_zohobooks.oauth.revoked_token:RevokedToken.note",
        "lambda original, self, found: (self.forget(), original(self, found))[1]",
        ("tests/unit/oauth/test_revoked_token.py",),
    ),
    Mutation(
        "a rate limit of token requests is no revoked token",
        "tap_zohobooks.auth:Authenticator._take_turn",
        "lambda original, self, grant, refused: (found := original(self, grant, refused),"
        " isinstance(found, TokenRateLimited) and self.revoked_token"
        ' and self.revoked_token.note("Access Denied"))[0]',
        ("tests/unit/oauth/test_revoked_token.py",),
    ),
    Mutation(
        "no log names the address of a webhook",
        "tap_zohobooks.oauth.revoked_token:_Unseen.filter",
        ALWAYS_TRUE,
        ("tests/unit/oauth/test_revoked_token.py",),
    ),
    Mutation(
        "a stored token is kept only if it is good for a new access token",
        "tap_zohobooks.auth:Authenticator.mint",
        "lambda original, self: self.token()",
        ("tests/unit/cli/test_main.py",),
    ),
    Mutation(
        "only its owner may read .env",
        "tap_zohobooks.cli.env_file:save",
        "lambda original, settings: (mode := FILE.exists() and FILE.stat().st_mode,"
        " original(settings), mode and FILE.chmod(mode))[1]",
        ("tests/unit/cli/test_env_file.py",),
    ),
    Mutation(
        "a request is late by its time over the quickest of the last ones",
        "tap_zohobooks.http.rate_limit:SlidingWindow.answered",
        attribute("taken", "[fmean(self.taken)] * len(self.taken) if self.taken else []"),
        (LIMITS,),
    ),
    Mutation(
        "a signal lets no further line begin",
        "tap_zohobooks.singer.stdout:LineWriter._is_written",
        attribute("_is_stopped", "False"),
        ("tests/unit/singer/test_stdout.py",),
    ),
)
