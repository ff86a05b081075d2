"""Rules of the tap, and how each is broken to see that a test notices: see mutants.py."""

from __future__ import annotations

from dataclasses import dataclass

READING, STORIES = "tests/unit/pagination/test_reader.py", "tests/property/test_stateful.py"
RUNS, DELETES, AUTH = (
    "tests/unit/test_tap.py",
    "tests/unit/singer/test_activate_version.py",
    "tests/unit/test_auth.py",
)
CALLS, LIMITS = "tests/unit/test_client.py", "tests/unit/http/test_rate_limit.py"


@dataclass(frozen=True, slots=True)
class Mutation:
    """A rule, the text that keeps it, the text that breaks it, and the tests that must notice."""

    rule: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


MUTATIONS = (
    Mutation(
        "rows of the boundary second are read again",
        "tap_zohobooks/pagination/page.py",
        "return since is None or self.time is None or self.time >= since",
        "return since is None or self.time is None or self.time > since",
        (READING, STORIES),
    ),
    Mutation(
        "the boundary second is asked for again",
        "tap_zohobooks/pagination/page.py",
        'return instant[:19] + "+0000"',
        'return f"{instant[:17]}{int(instant[17:19]) + 1:02d}+0000"',
        (READING, STORIES),
    ),
    Mutation(
        "rows of the boundary second are dropped by key, not for their second",
        "tap_zohobooks/pagination/list_read.py",
        "if entry.time == self.reached and entry.key in self._keys_reached:",
        "if entry.time == self.reached and self._keys_reached:",
        (READING, STORIES),
    ),
    Mutation(
        "an echo of the order is not trusted: rows must be in order",
        "tap_zohobooks/pagination/page.py",
        "return is_monotonic and self.has_more_known and self.order == (MODIFIED, order)",
        "return self.has_more_known and self.order == (MODIFIED, order)",
        (READING, STORIES),
    ),
    Mutation(
        "rows in order by chance prove no order",
        "tap_zohobooks/pagination/capabilities.py",
        'self.mark_unsortable("the list begins alike from both ends")',
        "self.capabilities.sorts = True",
        (READING, STORIES),
    ),
    Mutation(
        "a list that has changed meanwhile proves no order either",
        "tap_zohobooks/pagination/capabilities.py",
        'newest >= last and self.probe_end("A", since) == first',
        "newest >= last",
        (READING,),
    ),
    Mutation(
        "a filter that lets older rows through is found out",
        "tap_zohobooks/pagination/capabilities.py",
        "if since and any(time and time < since for time in page.times):",
        "if False:",
        (READING, STORIES),
    ),
    Mutation(
        "a filter that leaves out its own instant is found out",
        "tap_zohobooks/pagination/keyset.py",
        "if is_first and not self._verify_boundary(page, since):",
        "if False:",
        (READING, STORIES),
    ),
    Mutation(
        "pages of one second move no bookmark before the order is seen to",
        "tap_zohobooks/pagination/list_read.py",
        "yield entry.row, None if self.unconfirmed_pages else entry.time",
        "yield entry.row, entry.time",
        (READING, STORIES),
    ),
    Mutation(
        "a service that ceases to order is found out",
        "tap_zohobooks/pagination/keyset.py",
        "        if self.read.unconfirmed_pages:",
        "        if False:",
        (READING, STORIES),
    ),
    Mutation(
        "an empty filtered answer is confirmed by the newest row",
        "tap_zohobooks/pagination/keyset.py",
        "if since is None or not page.is_only_at(since):",
        "if True:",
        (READING, STORIES),
    ),
    Mutation(
        "the newest of unsorted rows is no bookmark before all are emitted",
        "tap_zohobooks/pagination/full_scan.py",
        "self._newest = time\n                yield entry.row, None\n",
        "self._newest = time\n                yield entry.row, self._newest\n",
        (READING, STORIES),
    ),
    Mutation(
        "a row that changed during a scan by place does not vouch for what the scan has missed",
        "tap_zohobooks/pagination/full_scan.py",
        "if self._newest < time <= opened:",
        "if self._newest < time:",
        (READING,),
    ),
    Mutation(
        "documents of an unsorted list vouch for no more than their list does",
        "tap_zohobooks/streams/details.py",
        'yield row, min(row_time(row) or "", reached) or None',
        "yield row, row_time(row)",
        (READING,),
    ),
    Mutation(
        "equal rows are read until they are as many as their places",
        "tap_zohobooks/pagination/tie_group.py",
        "return len(self.marks) < end - self.begin",
        "return False",
        (READING,),
    ),
    Mutation(
        "rows that do not say when they changed make a list be read whole",
        "tap_zohobooks/pagination/reader.py",
        "if self.capabilities.sorts is False or (self.start and self.has_timeless_rows):",
        "if self.capabilities.sorts is False:",
        (READING, RUNS),
    ),
    Mutation(
        "rows that do not say when they changed are looked for behind all others",
        "tap_zohobooks/pagination/keyset.py",
        "self.read.start is not None or self._verify_timed_end()",
        "True",
        (READING,),
    ),
    Mutation(
        "whether rows do not say when they changed is kept in the state",
        "tap_zohobooks/streams/base.py",
        "                state.update({TIMELESS: True})\n",
        "                pass\n",
        (RUNS,),
    ),
    Mutation(
        "a bookmark moves after its rows are written, not before",
        "tap_zohobooks/singer/stream.py",
        "            self._write_lines(batch)\n            self._commit()\n",
        "            self._commit()\n            self._write_lines(batch)\n",
        (STORIES,),
    ),
    Mutation(
        "a dry run that reads a part of a stream deletes nothing",
        "tap_zohobooks/singer/activate_version.py",
        "            and self.ABORT_AT_RECORD_COUNT is None\n",
        "",
        ("tests/unit/singer/test_stream.py",),
    ),
    Mutation(
        "a run begins the lookback before its bookmark",
        "tap_zohobooks/streams/base.py",
        "return subtract_seconds(bookmark, max(1, self.sync_context.lookback_seconds))",
        "return str(bookmark)",
        (RUNS, STORIES),
    ),
    Mutation(
        "a bookmark keeps the lookback from the start of the scan",
        "tap_zohobooks/streams/base.py",
        "return min(safe_bookmark, self.max_bookmark or safe_bookmark)",
        "return safe_bookmark",
        (RUNS, STORIES),
    ),
    Mutation(
        "pages by place overlap",
        "tap_zohobooks/pagination/offset_scan.py",
        "            elif self._has_gap(placed):\n",
        "            elif False:\n",
        (READING, STORIES),
    ),
    Mutation(
        "documents leave in the order of their list",
        "tap_zohobooks/streams/details.py",
        "in ordered_map(places, fetch, items):",
        "in reversed([*ordered_map(places, fetch, items)]):",
        (RUNS, STORIES),
    ),
    Mutation(
        "no bookmark passes documents of which not one was found",
        "tap_zohobooks/streams/base.py",
        "if not safe_bookmark or (self.has_missing and not self.has_documents):",
        "if not safe_bookmark:",
        (RUNS,),
    ),
    Mutation(
        "instants are compared in UTC, not as local text",
        "tap_zohobooks/pagination/page.py",
        "return to_utc(value) if isinstance(value, str) else None",
        'return value[:19] + "+00:00" if isinstance(value, str) and value else None',
        (RUNS, READING),
    ),
    Mutation(
        "a token that dies is minted anew",
        "tap_zohobooks/auth.py",
        "            if self._token is None or self._token.value == refused.value:",
        "            if self._token is None:",
        (AUTH, RUNS),
    ),
    Mutation(
        "a call that is about to leave at the end of the day does not",
        "tap_zohobooks/http/limiter.py",
        "            self._check_day()\n            quota = self.quota",
        "            quota = self.quota",
        (CALLS,),
    ),
    Mutation(
        "a list that moved while it was read whole is doubted",
        "tap_zohobooks/pagination/full_scan.py",
        "read.is_sure = not scan.has_moved",
        "read.is_sure = True",
        (READING, DELETES),
    ),
    Mutation(
        "what is gone is told once all organizations are read",
        "tap_zohobooks/singer/scheduler.py",
        "                if not self._left[partition.stream]:\n",
        "                if True:\n",
        (DELETES,),
    ),
    Mutation(
        "a time that has not come is refused",
        "tap_zohobooks/singer/state.py",
        "if start and start > now:",
        "if False:",
        ("tests/unit/singer/test_state_migration.py",),
    ),
    Mutation(
        "nothing is deleted after a doubt",
        "tap_zohobooks/singer/activate_version.py",
        "        if not self._delete_blocks:",
        "        if True:",
        (DELETES,),
    ),
    Mutation(
        "an answer for another login is not used",
        "tap_zohobooks/oauth/callback_server.py",
        "is_ours = compare_digest(",
        "is_ours = True or compare_digest(",
        ("tests/unit/oauth/test_callback_server.py",),
    ),
    Mutation(
        "a 404 without JSON is no document that is gone",
        "tap_zohobooks/http/responses.py",
        "Rule([404, NO_RESPONSE], [NO_JSON],",
        "Rule([NO_RESPONSE], [NO_JSON],",
        (RUNS,),
    ),
    Mutation(
        "a path that the service denies is no reason to delete",
        "tap_zohobooks/streams/details.py",
        "if isinstance(gone, NoSuchPath):",
        "if False:",
        (DELETES,),
    ),
    Mutation(
        "no .netrc puts its header into a call",
        "tap_zohobooks/connection.py",
        "    session.auth = lambda request: request",
        "    session.auth = None",
        (RUNS,),
    ),
    Mutation(
        "a checkout of which git says nothing may commit .env",
        "tap_zohobooks/cli/env_file.py",
        "return is_checkout and bytes(FILE)",
        "return False and bytes(FILE)",
        ("tests/unit/cli/test_env_file.py",),
    ),
    Mutation(
        "the browser's answer is taken once",
        "tap_zohobooks/oauth/callback_server.py",
        "if not self.server.first.acquire(blocking=False):",
        "if False:",
        ("tests/unit/oauth/test_callback_server.py",),
    ),
    Mutation(
        "a code of the web is bound to its login by a verifier",
        "tap_zohobooks/oauth/consent.py",
        '"code_verifier": self.verifier}',
        '"code_verifier": ""}',
        ("tests/unit/oauth/test_authorization_code.py",),
    ),
    Mutation(
        "code and secret are sent to Zoho's servers only",
        "tap_zohobooks/oauth/consent.py",
        "if url == asked or region is not None:",
        "if url:",
        ("tests/unit/oauth/test_consent.py",),
    ),
    Mutation(
        "China's servers are asked only by name",
        "tap_zohobooks/oauth/authorization_code.py",
        "if region != CHINA or is_china_named]",
        "if region]",
        ("tests/unit/oauth/test_authorization_code.py",),
    ),
    Mutation(
        "a dead token is remembered by all runs",
        "tap_zohobooks/oauth/revoked_token.py",
        "known.since, known.found = now, found",
        "known.found = found",
        ("tests/unit/oauth/test_revoked_token.py",),
    ),
    Mutation(
        "a disconnect is told once",
        "tap_zohobooks/oauth/revoked_token.py",
        "is_news = not known.since",
        "is_news = True",
        ("tests/unit/oauth/test_revoked_token.py",),
    ),
    Mutation(
        "a throttled mint is no disconnect",
        "tap_zohobooks/auth.py",
        "if result.kind is TokenFailureKind.INVALID_GRANT and self.revoked_token is not None:",
        "if self.revoked_token is not None:",
        ("tests/unit/oauth/test_revoked_token.py",),
    ),
    Mutation(
        "no log names the address of a webhook",
        "tap_zohobooks/oauth/revoked_token.py",
        "logger.setLevel(logging.CRITICAL + 1)",
        "logger.setLevel(logging.DEBUG)",
        ("tests/unit/oauth/test_revoked_token.py",),
    ),
    Mutation(
        "a stored token is kept only where it mints",
        "tap_zohobooks/cli/login.py",
        "tap.auth.request_token()",
        "tap.auth.token()",
        ("tests/unit/cli/test_main.py",),
    ),
    Mutation(
        ".env is its owner's alone",
        "tap_zohobooks/cli/env_file.py",
        "FILE.chmod(PRIVATE)",
        "FILE.exists()",
        ("tests/unit/cli/test_env_file.py",),
    ),
    Mutation(
        "a call is late by as much as it took longer than the quickest of the last ones",
        "tap_zohobooks/http/rate_limit.py",
        "late = max(0.0, taken - min(self.taken, default=0.0))",
        "late = max(0.0, taken - sum(self.taken) / max(1, len(self.taken)))",
        (LIMITS,),
    ),
    Mutation(
        "a signal lets no further line begin",
        "tap_zohobooks/singer/stdout.py",
        "if self._is_stopped or not self._has_room(line):",
        "if not self._has_room(line):",
        ("tests/unit/singer/test_stdout.py",),
    ),
)
