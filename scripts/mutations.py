"""Rules of the tap, and how each is broken to see that a test notices: see mutants.py.

A rule is broken by a function that takes the place of one of the tap: a Python expression that is
evaluated at the end of the module, and called with the original function and its arguments. It may
use the names of the module, `datetime`, `replace` of dataclasses, and `convert(items, function)`,
which yields each item as the function returns it, and returns what the generator `items` returns.
"""

from __future__ import annotations

from dataclasses import dataclass

READING, HISTORIES = "tests/unit/pagination/test_reader.py", "tests/property/test_stateful.py"
PAGE_RANGE = "tests/unit/pagination/test_page_range.py"
START_SEARCH = "tests/unit/pagination/test_start_search.py"
TIME_ORDER = "tests/unit/pagination/test_time_order.py"
RUNS, DELETES, AUTH = (
    "tests/e2e/test_tap.py",
    "tests/e2e/test_activate_version.py",
    "tests/unit/test_auth.py",
)
DOCUMENTS = "tests/e2e/test_documents.py"
EXPORTS, CATALOGS = (
    ("tests/e2e/test_export.py",),
    ("tests/e2e/pipeline/test_catalog_command.py",),
)
REPORTS = "tests/e2e/test_reports.py"
PERIODS, TREES = (
    "tests/unit/transform/test_periods.py",
    "tests/unit/transform/test_report_trees.py",
)
TWO_WAYS = "tests/e2e/test_two_ways.py"
DATED = "tests/e2e/test_dated.py"
ENDPOINT_LIMITS, WHOLE_READS = "tests/e2e/test_endpoint_limits.py", "tests/e2e/test_whole_reads.py"
TURNS = "tests/e2e/test_turns.py"
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
        "tap_zohobooks.pagination.page:Entry.is_due",
        "lambda original, self, since: original(self, since)"
        " and (since is None or self.time != since)",
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
        "tap_zohobooks.pagination.list_read:ListRead.emit",
        "lambda original, self, entries: original(self, "
        "[one for one in entries if not self._keys_reached or one.time != self.reached])",
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
        "tap_zohobooks.pagination.capabilities:CapabilityProbe._probe_reversal",
        ALWAYS_TRUE,
        (READING, HISTORIES),
    ),
    Mutation(
        "a list that has changed meanwhile proves no order either",
        "tap_zohobooks.pagination.capabilities:CapabilityProbe._probe_reversal",
        "lambda original, self, page, order, since: original(self, page, order, since)"
        ' if order == "D" else (lambda newest: min(page.times) < newest >= max(page.times))('
        'self.probe_end("D") or min(page.times))',
        (READING,),
    ),
    Mutation(
        "a filter that lets older rows through is found out",
        "tap_zohobooks.pagination.capabilities:CapabilityProbe.verify_page",
        'lambda original, self, page, since: self.verify_order(page, "A", since)'
        " and self.capabilities.filters is not False",
        (READING, HISTORIES),
    ),
    Mutation(
        "a filter that leaves out its own instant is found out",
        "tap_zohobooks.pagination.keyset:Keyset._verify_boundary",
        ALWAYS_TRUE,
        (READING, HISTORIES),
    ),
    Mutation(
        "pages of one second move no bookmark before the order is confirmed",
        "tap_zohobooks.pagination.list_read:ListRead.emit",
        "lambda original, self, entries: (lambda count: ("
        'setattr(self, "unconfirmed_pages", 0), original(self, entries),'
        ' setattr(self, "unconfirmed_pages", count))[1])(self.unconfirmed_pages)',
        (READING, HISTORIES),
    ),
    Mutation(
        "a service that ceases to order is found out",
        "tap_zohobooks.pagination.capabilities:CapabilityProbe.verify_sort",
        ALWAYS_TRUE,
        (READING, HISTORIES),
    ),
    Mutation(
        "an empty filtered page is confirmed by the newest row",
        "tap_zohobooks.pagination.keyset:Keyset._verify_end",
        ALWAYS_TRUE,
        (READING, HISTORIES),
    ),
    Mutation(
        "the newest of unsorted rows is no bookmark before all are emitted",
        "tap_zohobooks.pagination.full_scan:FullScan._emit",
        "lambda original, self, entries, opened: convert(original(self, entries, opened),"
        " lambda item: (item[0], self._newest or None))",
        (READING, HISTORIES),
    ),
    Mutation(
        "a row that changed during an offset scan is no bookmark",
        "tap_zohobooks.pagination.full_scan:FullScan._emit",
        'lambda original, self, entries, opened: original(self, entries, "9")',
        (READING,),
    ),
    Mutation(
        "documents of an unsorted list move the bookmark no further than their list does",
        "tap_zohobooks.pagination.time_order:TimeOrder._release",
        'lambda original, self, safe_bookmark: original(self, "9")',
        (TIME_ORDER,),
    ),
    Mutation(
        "no more rows of an unsorted list wait for their documents than may be held",
        "tap_zohobooks.pagination.time_order:TimeOrder._hold",
        "lambda original, self, place, row: self._held.update({place: row})",
        (TIME_ORDER,),
    ),
    Mutation(
        "a list of more rows than are held is read again for the others",
        "tap_zohobooks.pagination.time_order:TimeOrder._read_once",
        'lambda original, self: ((yield from original(self)), setattr(self, "_left_out", 0))[0]',
        (TIME_ORDER, "tests/e2e/test_long_lists.py"),
    ),
    Mutation(
        "a list is read from a page that begins before the start",
        "tap_zohobooks.pagination.start_search:StartSearch._is_start",
        ALWAYS_TRUE,
        (START_SEARCH,),
    ),
    Mutation(
        "the start of a list is found by halving, not by reading page after page",
        "tap_zohobooks.pagination.start_search:Bracket.choose_page",
        "lambda original, self, since, requests: self.low + 1",
        (START_SEARCH,),
    ),
    Mutation(
        "no row is left out of a list of which a page is older than one before it",
        "tap_zohobooks.pagination.start_search:StartSearch._follows",
        ALWAYS_TRUE,
        (START_SEARCH,),
    ),
    Mutation(
        "rows before a page that proves no order are left out only if the list still sorts",
        "tap_zohobooks.pagination.start_search:StartSearch._confirm",
        ALWAYS_TRUE,
        (START_SEARCH,),
    ),
    Mutation(
        "no more than the newest pages of a list are held",
        "tap_zohobooks.pagination.full_scan:DescendingScan._is_far",
        ALWAYS_FALSE,
        ("tests/unit/pagination/test_bounds.py",),
    ),
    Mutation(
        "tied rows are read until they are as many as their places",
        "tap_zohobooks.pagination.tie_group:TieGroup.is_short",
        ALWAYS_FALSE,
        (READING,),
    ),
    Mutation(
        "rows without a time of change make a list be read whole",
        "tap_zohobooks.pagination.reader:Reader._choose_strategy",
        attribute("has_timeless_rows", "False"),
        (READING, RUNS),
    ),
    Mutation(
        "rows without a time of change are looked for behind all others",
        "tap_zohobooks.pagination.list_read:ListRead.verify_timed_end",
        ALWAYS_TRUE,
        (READING,),
    ),
    Mutation(
        "whether rows lack a time of change is kept in the state",
        "tap_zohobooks.streams.base:ResourceStream._advance",
        "lambda original, self, context, bookmark: ByNeedStream._advance(self, context, bookmark)",
        (RUNS,),
    ),
    Mutation(
        "a bookmark moves after its rows are written, not before",
        "tap_zohobooks.singer.stream:SingerStream.write",
        "lambda original, self, batch:"
        " (self._waiting.append(batch), self._commit(), original(self, batch))[2]",
        (HISTORIES,),
    ),
    Mutation(
        "a dry run that reads a part of a stream deletes nothing",
        "tap_zohobooks.singer.activate_version:VersionedStream.emit_activate_version_messages",
        "lambda original, self: (lambda limit: ("
        'setattr(self, "ABORT_AT_RECORD_COUNT", None), original(self),'
        ' setattr(self, "ABORT_AT_RECORD_COUNT", limit))[1])(self.ABORT_AT_RECORD_COUNT)',
        ("tests/unit/singer/test_stream.py",),
    ),
    Mutation(
        "a connection test makes one call a scope",
        "tap_zohobooks.streams.connection_test:choose_lists",
        "lambda original, streams: [one for one in streams if one.selected"
        ' and one.calls_per_row < 1 and one.name != "organizations"]',
        ("tests/e2e/test_isolation.py",),
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
        "tap_zohobooks.streams.partition_read:PartitionRead.bookmark",
        "lambda original, self, safe_bookmark: original(self, safe_bookmark) and safe_bookmark",
        (RUNS, HISTORIES),
    ),
    Mutation(
        "a page that shares no row with what was read is requested again",
        "tap_zohobooks.pagination.offset_scan:OffsetScan._has_gap",
        ALWAYS_FALSE,
        (READING, HISTORIES),
    ),
    Mutation(
        "where no page overlaps, the row before a boundary shows whether rows have shifted",
        "tap_zohobooks.pagination.offset_scan:OffsetScan._continues_at",
        ALWAYS_TRUE,
        (PAGE_RANGE,),
    ),
    Mutation(
        "a page that is cut to fewer rows than requested is requested again",
        "tap_zohobooks.pagination.offset_scan:OffsetScan._is_cut",
        ALWAYS_FALSE,
        (PAGE_RANGE,),
    ),
    Mutation(
        "pages that are read again on purpose reach further",
        "tap_zohobooks.pagination.offset_scan:OffsetScan._reaches_further",
        ALWAYS_TRUE,
        (PAGE_RANGE,),
    ),
    Mutation(
        "the order is confirmed before pages by number move the bookmark",
        "tap_zohobooks.pagination.list_read:ListRead.confirm_sort",
        "lambda original, self: (yield from ()) or True",
        (PAGE_RANGE,),
    ),
    Mutation(
        "documents leave in the order of their list",
        "tap_zohobooks.streams.details:DetailStream._read",
        result("reversed([*value])"),
        (RUNS, HISTORIES),
    ),
    Mutation(
        "no bookmark passes documents of which not one was found",
        "tap_zohobooks.streams.partition_read:PartitionRead.bookmark",
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
        "no request leaves once another has met the end of the day",
        "tap_zohobooks.http.limiter:OrganizationLimiter._check_day",
        NOTHING,
        (REQUESTS,),
    ),
    Mutation(
        "a list that moved while it was read whole blocks deletes",
        "tap_zohobooks.pagination.full_scan:FullScan.items",
        "lambda original, self:"
        ' ((yield from original(self)), setattr(self.read, "is_sure", True))[0]',
        (READING, DELETES),
    ),
    Mutation(
        "ACTIVATE_VERSION is written once all organizations are read",
        "tap_zohobooks.singer.scheduler:SyncScheduler._handle",
        "lambda original, self, message: (original(self, message),"
        " isinstance(message, PartitionDone) and message.partition.stream.end())[0]",
        (DELETES,),
    ),
    Mutation(
        "a failure of one stream ends no other",
        "tap_zohobooks.singer.failures:explain",
        "lambda original, error, logger:"
        " Reason.NO_TOKEN.error(server='', error=original(error, logger))",
        ("tests/unit/singer/test_scheduler.py",),
    ),
    Mutation(
        "a partition counts as read only once its reader says so",
        "tap_zohobooks.singer.scheduler:SyncScheduler._check_all_read",
        NOTHING,
        ("tests/unit/singer/test_scheduler.py",),
    ),
    Mutation(
        "a run whose organizations are all closed is an error",
        "tap_zohobooks.singer.failures:skip_closed",
        "lambda original, failures, organizations: original(failures, [*organizations, ''])",
        ("tests/e2e/test_isolation.py",),
    ),
    Mutation(
        "a large state is not written with each batch",
        "tap_zohobooks.singer.state_writer:BoundedStateWriter._is_due",
        ALWAYS_TRUE,
        ("tests/unit/singer/test_state_writer.py",),
    ),
    Mutation(
        "a bookmark in the future is refused",
        "tap_zohobooks.singer.state:check_start",
        NOTHING,
        ("tests/unit/singer/test_state_migration.py",),
    ),
    Mutation(
        "nothing is deleted once deletes are blocked",
        "tap_zohobooks.singer.activate_version:VersionedStream.end",
        "lambda original, self: (self._delete_blocks.clear(), original(self))[1]",
        (DELETES,),
    ),
    Mutation(
        "a callback for another login is not used",
        "tap_zohobooks.oauth.callback_server:Listener.check_state",
        ALWAYS_TRUE,
        ("tests/unit/oauth/test_callback_server.py",),
    ),
    Mutation(
        "a 404 without JSON is no document that is gone",
        "tap_zohobooks.http.responses:fail",
        "lambda original, status, code, message, headers=None: original("
        "status, 1002 if status == 404 and code is NO_JSON else code, message, headers)",
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
        'lambda original: _run_git("check-ignore", "--quiet", "--", str(FILE)) == 1',
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
        "tap_zohobooks.oauth.consent:ConsentRequest.form",
        result('{**value, "code_verifier": ""}'),
        ("tests/unit/oauth/test_authorization_code.py",),
    ),
    Mutation(
        "code and secret are sent to Zoho's servers only",
        "tap_zohobooks.oauth.consent:check_server",
        'lambda original, server, location, hosts, asked: (server or asked).rstrip("/")',
        ("tests/unit/oauth/test_consent.py",),
    ),
    Mutation(
        "China's servers are asked only by name",
        "tap_zohobooks.oauth.authorization_code:AuthorizationServers.servers",
        "lambda original, self: original(AuthorizationServers("
        "replace(self._hosts, region=CHINA), self._session, self._timeout))",
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
        "tap_zohobooks.auth:Authenticator._share_or_request",
        "lambda original, self, grant, refused: (found := original(self, grant, refused),"
        " not isinstance(found, StoredToken) and found.kind is TokenFailureKind.RATE_LIMITED"
        ' and self.revoked_token and self.revoked_token.note("Access Denied"))[0]',
        ("tests/unit/oauth/test_revoked_token.py",),
    ),
    Mutation(
        "no log names the address of a webhook",
        "tap_zohobooks.oauth.revoked_token:_silent",
        "contextmanager(lambda original: (yield))",
        ("tests/unit/oauth/test_revoked_token.py",),
    ),
    Mutation(
        "a stored token is kept only if it is good for a new access token",
        "tap_zohobooks.auth:Authenticator.request_token",
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
        "tap_zohobooks.http.rate_limit:SlidingWindow._travel",
        "lambda original, self, taken: original(SlidingWindow("
        "taken=[sum(self.taken) / len(self.taken)] if self.taken else []), taken)",
        (LIMITS,),
    ),
    Mutation(
        "a signal lets no further line begin",
        "tap_zohobooks.singer.stdout:LineWriter._write_if_room",
        attribute("_is_stopped", "False"),
        ("tests/unit/singer/test_stdout.py",),
    ),
    Mutation(
        "a body that is too large is not read to its end",
        "tap_zohobooks.http.transport:_read_body",
        "lambda original, response: response.raw.read(decode_content=True)",
        ("tests/unit/http/test_transport.py",),
    ),
    Mutation(
        "no response locks an organization out for more than an hour",
        "tap_zohobooks.http.responses:read_wait",
        'lambda original, rule, headers: header_seconds(headers, "Retry-After", float("inf"))',
        ("tests/unit/http/test_responses.py",),
    ),
    Mutation(
        "a fault of the accounts server passes",
        "tap_zohobooks.oauth.token_endpoint:wait_for_token",
        "lambda original, failure, retries: None if failure.action is TokenAction.RETRY"
        " else original(failure, retries)",
        (AUTH,),
    ),
    Mutation(
        "a token that may have been issued counts",
        "tap_zohobooks.oauth.token_endpoint:fail_token",
        result("replace(value, may_have_issued=False)"),
        (AUTH,),
    ),
    Mutation(
        "a token request that was not sent does not count",
        "tap_zohobooks.http.transport:was_sent",
        ALWAYS_TRUE,
        (AUTH,),
    ),
    Mutation(
        "the pages after one that was too large are smaller as well",
        "tap_zohobooks.pagination.list_read:ListRead.note_size",
        NOTHING,
        (READING,),
    ),
    Mutation(
        "a refused document mints no token while its token reads the organizations",
        "tap_zohobooks.client:Client._lacks_scope",
        "lambda original, self, token, renewals, organization_id, path: renewals > 1",
        (REQUESTS,),
    ),
    Mutation(
        "a proof of the token covers refusals of documents only so often",
        "tap_zohobooks.client:TokenProof.cover",
        "lambda original, self, token: self.token == token.value",
        (REQUESTS,),
    ),
    Mutation(
        "a document is the one that was requested",
        "tap_zohobooks.streams.per_row:check_key",
        NOTHING,
        (DOCUMENTS,),
    ),
    Mutation(
        "no list row overwrites a document that was read whole",
        "tap_zohobooks.singer.unread:UnreadDocuments.may_stand_in",
        ALWAYS_TRUE,
        ("tests/unit/singer/test_unread.py", DOCUMENTS),
    ),
    Mutation(
        "the ids of unread documents are bounded",
        "tap_zohobooks.singer.unread:UnreadDocuments.add",
        result("True"),
        ("tests/unit/singer/test_unread.py", DOCUMENTS),
    ),
    Mutation(
        "hosts and secrets come from one source",
        "tap_zohobooks.setting_sources:check_hosts",
        NOTHING,
        ("tests/e2e/test_sources.py",),
    ),
    Mutation(
        "requests to this machine go through no proxy",
        "tap_zohobooks.http.session:ServiceSession.merge_environment_settings",
        "lambda original, self, *args: requests.Session.merge_environment_settings(self, *args)",
        ("tests/e2e/test_sources.py", "tests/unit/test_connection.py"),
    ),
    Mutation(
        "a setting is read without the blanks around it",
        "tap_zohobooks.setting_values:_strip",
        argument(0),
        ("tests/unit/test_setting_values.py",),
    ),
    Mutation(
        "an alias depends on the whole name",
        "tap_zohobooks.transform.column_names:add_hash",
        "lambda original, name: original(name[:MAX_BYTES])",
        ("tests/unit/transform/test_column_names.py",),
    ),
    Mutation(
        "a column that has a value keeps it",
        "tap_zohobooks.transform.column_names:_move",
        "lambda original, row, source, target: row.update({target: row.pop(source, None)})",
        ("tests/unit/transform/test_column_names.py",),
    ),
    Mutation(
        "known secrets are masked",
        "tap_zohobooks.safe_text:mask_secrets",
        argument(0),
        ("tests/unit/test_safe_text.py",),
    ),
    Mutation(
        "control characters are escaped",
        "tap_zohobooks.safe_text:escape_controls",
        argument(0),
        ("tests/unit/test_safe_text.py",),
    ),
    Mutation(
        "a token is what a header can hold",
        "tap_zohobooks.safe_text:is_token",
        ALWAYS_TRUE,
        ("tests/unit/test_safe_text.py",),
    ),
    Mutation(
        "whole lines of the log are masked",
        "tap_zohobooks.singer.log_output:SafeFormatter.format",
        "lambda original, self, record: self._inner.format(record)",
        ("tests/unit/singer/test_log_output.py",),
    ),
    Mutation(
        "the cache is in a folder of the user itself",
        "tap_zohobooks.http.shared_state:_check_folder",
        NOTHING,
        ("tests/unit/http/test_cache_files.py",),
    ),
    Mutation(
        "the cache opens regular files of the user alone",
        "tap_zohobooks.http.shared_state:_check_files",
        NOTHING,
        ("tests/unit/http/test_cache_files.py",),
    ),
    Mutation(
        "a shared file that was replaced is opened again",
        "tap_zohobooks.http.shared_state:_identify",
        "lambda original, path: (0, 0)",
        ("tests/unit/http/test_shared_state.py",),
    ),
    Mutation(
        "texts that were parsed are kept for a few pages",
        "tap_zohobooks.transform.timestamps:_Parsed.__missing__",
        "lambda original, self, text: self.setdefault(text, self._parse(text))",
        ("tests/unit/pagination/test_bounds.py",),
    ),
    Mutation(
        "an id is one part of a path",
        "tap_zohobooks.resources:to_path_part",
        "lambda original, value: str(value)",
        ("tests/unit/test_resources.py",),
    ),
    Mutation(
        "nothing is requested for a row without a key",
        "tap_zohobooks.streams.base:ResourceStream._require_keys",
        argument(2),
        ("tests/e2e/test_odd_rows.py",),
    ),
    Mutation(
        "the bookmark does not pass a row without a key",
        "tap_zohobooks.streams.partition_read:PartitionRead.hold_bookmark",
        NOTHING,
        ("tests/e2e/test_odd_rows.py",),
    ),
    Mutation(
        "only the expected list, by being empty, says that nothing exists",
        "tap_zohobooks.pagination.page:_is_expected",
        ALWAYS_TRUE,
        ("tests/unit/pagination/test_page.py",),
    ),
    Mutation(
        "an empty list is read again where the last run had rows",
        "tap_zohobooks.streams.base:ResourceStream._had_rows",
        ALWAYS_FALSE,
        ("tests/e2e/test_odd_rows.py",),
    ),
    Mutation(
        "a list that hides rows unasked is requested again",
        "tap_zohobooks.pagination.view:ListView._widen",
        NOTHING,
        ("tests/e2e/test_odd_rows.py",),
    ),
    Mutation(
        "a blank text, an object or a truth value is no key",
        "tap_zohobooks.pagination.page:is_key",
        ALWAYS_TRUE,
        ("tests/unit/pagination/test_page.py",),
    ),
    Mutation(
        "what is nested too deep to be written again is not read",
        "tap_zohobooks.http.json_body:_is_deep",
        ALWAYS_FALSE,
        ("tests/unit/http/test_json_body.py",),
    ),
    Mutation(
        "the name of a custom field is data",
        "tap_zohobooks.cli.names:write_custom",
        NOTHING,
        ("tests/unit/cli/test_mask.py",),
    ),
    Mutation(
        "a key that is made of a text of the response is data",
        "tap_zohobooks.cli.names:_is_data",
        ALWAYS_FALSE,
        ("tests/unit/cli/test_mask.py",),
    ),
    Mutation(
        "a message of the service is shown without names",
        "tap_zohobooks.cli.wording:_hide_token",
        argument(0),
        ("tests/unit/cli/test_wording.py",),
    ),
    Mutation(
        "a path of `zohobooks get` cannot leave /books/v3",
        "tap_zohobooks.cli.get:parse_path",
        "lambda original, text, get_api_url: (text, [])",
        ("tests/unit/cli/test_get.py",),
    ),
    Mutation(
        "an export removes what is gone",
        "tap_zohobooks.cli.export_store:Store.delete_others",
        NOTHING,
        EXPORTS,
    ),
    Mutation(
        "an export removes the lines of documents that are gone",
        "tap_zohobooks.cli.export_store:Store.delete_orphans",
        NOTHING,
        EXPORTS,
    ),
    Mutation(
        "an export removes documents that their list no longer holds",
        "tap_zohobooks.cli.export_writer:StoreWriter.remove_documents",
        "lambda original, self, parents: self.flush()",
        EXPORTS,
    ),
    Mutation(
        "an export keeps each digit of an amount",
        "tap_zohobooks.cli.export_columns:to_text",
        "lambda original, value, kind: original("
        "float(value) if isinstance(value, Decimal) and kind != JSON else value, kind)",
        ("tests/unit/cli/test_export_columns.py",),
    ),
    Mutation(
        "a column of an export grows with its amounts",
        "tap_zohobooks.cli.export_columns:widen",
        argument(0),
        ("tests/unit/cli/test_export_columns.py",),
    ),
    Mutation(
        "a certificate that is not trusted has an error of its own",
        "tap_zohobooks.http.session:_check_trust",
        NOTHING,
        ("tests/unit/http/test_transport.py",),
    ),
    Mutation(
        "fields of streams that are not selected are left out of a catalog",
        "tap_zohobooks.singer.catalog:leave_out_fields",
        "lambda _, value: value",
        ("tests/unit/singer/test_catalog.py",),
    ),
    Mutation(
        "no field of a stream that is selected is left out of a catalog",
        "tap_zohobooks.singer.catalog:_is_selected",
        "lambda *_: False",
        ("tests/unit/singer/test_catalog.py",),
    ),
    Mutation(
        "a catalog selects the streams that are named",
        "tap_zohobooks.cli.catalog:select",
        NOTHING,
        CATALOGS,
    ),
    Mutation(
        "a catalog selects the fields that are named",
        "tap_zohobooks.cli.catalog:_select_fields",
        NOTHING,
        CATALOGS,
    ),
    Mutation(
        "a filter that lets older rows through is ignored",
        "tap_zohobooks.cli.judgement:judge_filter",
        "lambda original, since, known, times: HONOURED",
        ("tests/unit/cli/test_judgement.py",),
    ),
    Mutation(
        "the bookmark passes a place of a list without a row",
        "tap_zohobooks.streams.partition_read:PartitionRead.hold_bookmark",
        "lambda original, self, instant: original(self, instant or None)",
        ("tests/property/test_broken_responses.py",),
    ),
    Mutation(
        "a tie group grows with the list",
        "tap_zohobooks.pagination.tie_group:TieGroup.shorten",
        ALWAYS_FALSE,
        ("tests/unit/pagination/test_bounds.py",),
    ),
    Mutation(
        "a thread that cannot be started ends the stream",
        "tap_zohobooks.singer.ordered_map:WorkerPool._start_thread",
        "lambda original, self: not threading.Thread(target=self._run, daemon=True).start()",
        ("tests/e2e/test_threads.py",),
    ),
    Mutation(
        "what discovery learned is used for a day",
        "tap_zohobooks.transform.discovered:Learned.is_current",
        ALWAYS_TRUE,
        ("tests/e2e/test_discovery_cache.py",),
    ),
    Mutation(
        "a way that failed is no proof that there are no custom fields",
        "tap_zohobooks.streams.discovery:Discovery._note_way",
        "lambda original, self, *args, **kwargs: (original(self, *args, **kwargs),"
        " self._failed_ways.clear())[0]",
        ("tests/e2e/test_discovery_cache.py",),
    ),
    Mutation(
        "a response without a list is no proof that there are no custom fields",
        "tap_zohobooks.streams.field_sources:find_objects",
        result("value or []"),
        ("tests/e2e/test_discovery_cache.py",),
    ),
    Mutation(
        "with refresh_catalog nothing is used that was learned before",
        "tap_zohobooks.streams.discovery_cache:DiscoveryCache.__init__",
        "lambda original, self, *args, **kwargs: (original(self, *args, **kwargs),"
        ' setattr(self, "_is_used", True))[0]',
        ("tests/e2e/test_discovery_cache.py",),
    ),
    Mutation(
        "a report of another range or basis is data",
        "tap_zohobooks.transform.report_echo:find_mismatch",
        NOTHING,
        (REPORTS, PERIODS),
    ),
    Mutation(
        "a closed year that has changed is not read again",
        "tap_zohobooks.transform.report_plan:choose_of_year",
        result("value[:1]"),
        (REPORTS, PERIODS),
    ),
    Mutation(
        "a bookmark of other settings counts",
        "tap_zohobooks.transform.report_plan:ReportRange.covers",
        ALWAYS_TRUE,
        (REPORTS, PERIODS),
    ),
    Mutation(
        "the open period is passed by the bookmark",
        "tap_zohobooks.transform.periods:Period.is_closed",
        ALWAYS_TRUE,
        (REPORTS, PERIODS),
    ),
    Mutation(
        "a running profit is the sum of its groups",
        "tap_zohobooks.transform.tree_rules:_sign",
        "lambda original, node: node.amount or 0",
        (TREES,),
    ),
    Mutation(
        "accounts of one name share a key",
        "tap_zohobooks.transform.report_trees:_find_account",
        "lambda original, node: str(node.get('account_id') and node.get('name') or '')",
        (TREES, REPORTS),
    ),
    Mutation(
        "a blank id stands for all rows without one",
        "tap_zohobooks.transform.report_rows:_make_key",
        "lambda original, row, id_field, column, is_only: row.get(id_field) or ''",
        (TREES,),
    ),
    Mutation(
        "a posting at the border of two pages counts once",
        "tap_zohobooks.reports.page_borders:PageBorders.find_held",
        "lambda original, self: [item for border in self._borders for item in border.overlap]",
        ("tests/unit/reports/test_page_borders.py",),
    ),
    Mutation(
        "postings are counted again after they were read",
        "tap_zohobooks.reports.posting_reader:PostingReader._count",
        "lambda original, self, part: self._totals.get(part) or original(self, part)",
        ("tests/unit/reports/test_posting_reader.py",),
    ),
    Mutation(
        "a transaction that moved between two parts counts once",
        "tap_zohobooks.streams.reports.day_spool:DaySpool._is_newest",
        ALWAYS_TRUE,
        ("tests/unit/streams/test_day_spool.py",),
    ),
    Mutation(
        "a transaction is balanced if its debits equal its credits",
        "tap_zohobooks.reports.postings:PostingReport.is_balanced",
        ALWAYS_TRUE,
        ("tests/unit/reports/test_postings.py",),
    ),
    Mutation(
        "a period that has no postings any more says so",
        "tap_zohobooks.streams.reports.postings:PostingReportStream._read_whole",
        attribute("_read_before", "set()"),
        ("tests/e2e/test_posting_reports.py",),
    ),
    Mutation(
        "the day of today is read again",
        "tap_zohobooks.reports.activities:find_bookmark",
        "lambda original, days, today: days.last.isoformat()",
        ("tests/unit/reports/test_activities.py",),
    ),
    Mutation(
        "a response with some entities serves all of them",
        "tap_zohobooks.streams.field_sources:EntityResponses.serves_all",
        ALWAYS_TRUE,
        ("tests/unit/transform/test_custom_fields.py",),
    ),
    Mutation(
        "counts of postings by their type are read as postings",
        "tap_zohobooks.streams.nested:_is_of_counts",
        ALWAYS_FALSE,
        ("tests/e2e/test_postings.py",),
    ),
    Mutation(
        "the other name of an id is not looked for",
        "tap_zohobooks.streams.base:ResourceStream._name_key",
        NOTHING,
        (TWO_WAYS,),
    ),
    Mutation(
        "a refused list of all parents' rows ends the stream",
        "tap_zohobooks.streams.two_ways:WholeFirstStream._give_up",
        NOTHING,
        (TWO_WAYS,),
    ),
    Mutation(
        "a path that was refused is requested again",
        "tap_zohobooks.streams.two_ways:_OtherPath._log_other_path",
        "lambda original, self, reading, path, refused: setattr("
        "self._find_capabilities(reading, self.listed), 'has_first_path', None)",
        (TWO_WAYS,),
    ),
    Mutation(
        "an empty list of all parents' rows means that no parent has any",
        "tap_zohobooks.streams.two_ways:WholeFirstStream._has_hidden_rows",
        ALWAYS_FALSE,
        (TWO_WAYS,),
    ),
    Mutation(
        "the doctor and the plan know one path of a list that has two",
        "tap_zohobooks.cli.list_check:has_two_paths",
        ALWAYS_FALSE,
        ("tests/unit/cli/test_list_check.py", "tests/unit/cli/test_plan.py"),
    ),
    Mutation(
        "a plan counts the parents in place of the list of all their rows",
        "tap_zohobooks.cli.cost:find_counted",
        "lambda original, stream: stream.list_resource",
        ("tests/unit/cli/test_plan.py",),
    ),
    Mutation(
        "a path that shows less is read without a warning",
        "tap_zohobooks.streams.two_ways:_OtherPath._warn_of_less",
        NOTHING,
        (TWO_WAYS,),
    ),
    Mutation(
        "what an endpoint was shown not to do is kept for ever",
        "tap_zohobooks.pagination.endpoint_limits:_is_current",
        ALWAYS_TRUE,
        (ENDPOINT_LIMITS,),
    ),
    Mutation(
        "rows without a time of change are never due",
        "tap_zohobooks.singer.whole_reads:WholeRead.find_due",
        "lambda original, self, columns, interval, now: now + 1",
        (WHOLE_READS,),
    ),
    Mutation(
        "a page of another stream bounds the bookmark by when it was served",
        "tap_zohobooks.singer.shared_pages:copy_rows",
        "lambda original, response:"
        " replace(original(response), served=response.served.replace(year=2100))",
        ("tests/e2e/test_shared_pages.py",),
    ),
    Mutation(
        "the pages held for other streams are bounded",
        "tap_zohobooks.singer.shared_pages:SharedPages._hold",
        ALWAYS_TRUE,
        ("tests/unit/singer/test_shared_pages.py",),
    ),
    Mutation(
        "pages are let go once all streams have read them",
        "tap_zohobooks.singer.shared_pages:SharedPages._release",
        NOTHING,
        ("tests/unit/singer/test_shared_pages.py",),
    ),
    Mutation(
        "what a quota left out is read first",
        "tap_zohobooks.singer.turns:get_missed",
        NOTHING,
        (TURNS,),
    ),
    Mutation(
        "a kind of stream that a quota cut is read after those that were missed",
        "tap_zohobooks.singer.turns:rank_group",
        "lambda original, *args: (1, 0)",
        (TURNS,),
    ),
    Mutation(
        "a whole list that was missed has the calls to itself",
        "tap_zohobooks.singer.turns:is_read_alone",
        ALWAYS_FALSE,
        (TURNS,),
    ),
    Mutation(
        "a run without a response changes no turn",
        "tap_zohobooks.singer.turns:_is_answered",
        ALWAYS_TRUE,
        ("tests/unit/singer/test_turns.py",),
    ),
    Mutation(
        "a run in which a stream is not due says what it costs",
        "tap_zohobooks.streams.row_costs:shows_whole_cost",
        ALWAYS_TRUE,
        (WHOLE_READS,),
    ),
    Mutation(
        "each run reads a list of dated rows whole",
        "tap_zohobooks.streams.dated:DatedStream.choose_left_out",
        "lambda original, self, not_due: {}",
        (DATED,),
    ),
    Mutation(
        "rows of a run from a day on get a version that is never activated",
        "tap_zohobooks.streams.dated:DatedStream.begin",
        "lambda original, self: super(DatedStream, self).begin()",
        (DATED,),
    ),
    Mutation(
        "a range of days that is ignored is believed",
        "tap_zohobooks.streams.dated:find_disregard",
        NOTHING,
        (DATED, "tests/unit/cli/test_dated_cost.py"),
    ),
    Mutation(
        "another filter in place of the range is believed",
        "tap_zohobooks.streams.dated:find_disregard",
        "lambda original, listed, document, query, read_at:"
        " original(listed, {**document, 'page_context': {}}, query, read_at)",
        (DATED,),
    ),
    Mutation(
        "a date that cannot be read proves that the range was ignored",
        "tap_zohobooks.streams.dated:_is_before",
        "lambda original, value, limit: str(value) < limit",
        (DATED,),
    ),
    Mutation(
        "the range reaches back from now, not from the last whole read",
        "tap_zohobooks.streams.dated:build_window",
        "lambda original, listed, read_at, now: original(listed, now, now)",
        (DATED,),
    ),
    Mutation(
        "days without a row are requested again",
        "tap_zohobooks.streams.dated:DatedStream._had_rows",
        "lambda original, self, context: super(DatedStream, self)._had_rows(context)",
        (DATED,),
    ),
    Mutation(
        "a run from a day on counts as a whole read",
        "tap_zohobooks.streams.dated:DatedStream._read",
        "lambda original, self, reading: convert(original(self, reading),"
        " lambda item: (setattr(reading, 'is_whole', True), item)[1])",
        (DATED,),
    ),
    Mutation(
        "a run between two whole reads costs calls whatever the setting",
        "tap_zohobooks.streams.dated:takes_part",
        ALWAYS_TRUE,
        (DATED, "tests/unit/cli/test_dated_cost.py"),
    ),
    Mutation(
        "a setting of 0 reads dated rows whole in each run",
        "tap_zohobooks.streams.dated:choose_dated_interval",
        'lambda original, own, config: own or int(config["full_refresh_interval"])',
        (DATED,),
    ),
    Mutation(
        "metadata of 0 do not read dated rows whole in each run",
        "tap_zohobooks.streams.dated:choose_dated_interval",
        "lambda original, own, config: original(own or None, config)",
        (DATED,),
    ),
)
