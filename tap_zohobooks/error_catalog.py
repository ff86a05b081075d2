"""Every error that ends a run, or a command: exit code (by class), what was found, next step.

Messages and docs/errors.md are made from these rows; words in braces are filled in.
"""

from __future__ import annotations

from enum import Enum

from tap_zohobooks import errors

MAX_FACT = 2000  # characters: the fields of a row, as the service sends them, are without bound


class Reason(Enum):
    """Why a run, or a command, ends; the class of the error has the exit code."""

    def __init__(self, kind: type[errors.TapError], found: str, next_step: str) -> None:
        """Keep the parts."""
        self.kind = kind
        self.found = found
        self.next_step = next_step

    @property
    def title(self) -> str:
        """The name in messages and in docs/errors.md."""
        return self.name.lower().replace("_", "-")

    def error(self, **facts: object) -> errors.TapError:
        """Return the error; `facts` fill in the words in braces, 2,000 characters at most each."""
        texts = {name: str(fact) for name, fact in facts.items()}
        short = {name: text if len(text) <= MAX_FACT else f"{text[:MAX_FACT]} [...]"
                 for name, text in texts.items()}  # fmt: skip
        error = self.kind(self.found.format(**short), self.next_step.format(**short), self.title)
        error.facts = short
        return error

    # fmt: off

    # Requests that may not be sent yet.
    BLOCKED = (errors.QuotaReached,
        "Organization {organization}: Zoho Books blocks all requests for another {minutes} min, longer than max_wait_seconds.",
        "State is written; run again then, with a lower requests_per_minute if other programs use the quota.")
    MINTS_USED_UP = (errors.TokensUsedUp,
        "Zoho issues no more than ten access tokens in ten minutes, and they are used up.",
        "Run again in {minutes} minutes; token_cache shares one token between runs.")
    QUOTA_REACHED = (errors.QuotaReached,
        "Organization {organization}: the quota is reached ({left}).",
        "Run again after the reset {when}, or lower quota_reserve; the state of a run is written.")
    THROTTLED = (errors.QuotaReached,
        "Zoho Books refused '{path}' for longer than max_wait_seconds: {found}.",
        "State is written; run again {when}, or lower requests_per_minute or max_concurrency.")

    # A person must authorize.
    ACCESS_TOKEN_REFUSED = (errors.ReauthorizationNeeded,
        "The access_token setting was refused: it is older than one hour, or of another data center.",
        "Set a new access_token, or a refresh_token.")
    CODE_REFUSED = (errors.ReauthorizationNeeded,
        "The grant code is no longer valid ({error} from {server}): it expires after some minutes, and can be used once.",
        "Run `zohobooks login` again with a new one.")
    CONSENT_DENIED = (errors.ReauthorizationNeeded,
        "Access was not granted on the consent page ({error}).",
        "Run `zohobooks login` again and accept; after ten codes in ten minutes, wait for ten minutes.")
    NO_BROWSER_ANSWER = (errors.ReauthorizationNeeded,
        "No callback from the browser within {seconds} seconds.",
        "Run `zohobooks login` again; if the browser is on another machine, with a Self Client's --code.")
    NO_REFRESH_TOKEN = (errors.ReauthorizationNeeded,
        "The accounts server ({server}) issued no refresh token for the code, which was requested without offline access.",
        "Run `zohobooks login` again with a new code.")
    NOTHING_MAY_BE_READ = (errors.ReauthorizationNeeded,
        "No selected stream may be read.",
        "Authorize again with the scopes {scopes}.")
    ORGANIZATIONS_DENIED = (errors.ReauthorizationNeeded,
        "The organizations may not be listed: {refusal}",
        "Authorize with the scope ZohoBooks.settings.READ in the right region, or set organization_ids.")
    REFRESH_TOKEN_DEAD = (errors.ReauthorizationNeeded,
        "The refresh token is not valid ({error} from {server}): it was revoked, replaced as the oldest of twenty, or belongs to another data center or client.",
        "Authorize again with `zohobooks login`, or set another refresh_token or the right region.")
    REFRESH_TOKEN_DISCONNECTED = (errors.ReauthorizationNeeded,
        "The refresh token was found invalid at {time} ({error}), and has not been used since.",
        "Run `zohobooks login`, or set another refresh_token.")
    SCOPE_MISSING = (errors.ReauthorizationNeeded,
        "{refusal}. It needs the scope {scope}, and a user with permission to read it.",
        "Run `zohobooks login --renew`, or do not select it.")

    # Settings, and the hosts that they name.
    BATCH_IMPOSSIBLE = (errors.ConfigError,
        "The files of a batch cannot be written: {problem}.",
        "Set batch_config to a writable location, and install the package for its file system.")
    CA_BUNDLE_MISSING = (errors.ConfigError,
        "The CA certificates that {variable} names do not exist ({path}).",
        "Correct the variable, or unset it.")
    CERTIFICATE_UNTRUSTED = (errors.ConfigError, "The certificate of {url} is not trusted ({problem}): nothing was sent there.",
        "If a proxy or firewall of your company replaces certificates, add its CA to the system's trust store, or name a file with it in REQUESTS_CA_BUNDLE or SSL_CERT_FILE; otherwise check the proxy, the host and the clock.")
    CHINA_UNNAMED = (errors.ConfigError,
        "The account is in China's data center, whose servers belong to another company: nothing was sent there.",
        "Run `zohobooks login --region cn` if that is right.")
    CLIENT_ELSEWHERE = (errors.ConfigError,
        "The client is registered at {server}.",
        "Set {setting} to {value}.")
    CLIENT_REFUSED = (errors.ConfigError,
        "The accounts server ({server}) refused the client: {error}.",
        "Check client_id, client_secret, and that region is where the client is registered.")
    CONFIG_UNREADABLE = (errors.ConfigError,
        "The file of --config cannot be read as a JSON object: {problem}.",
        "Give a file of settings as in the README.")
    HOSTS_UNTRUSTED = (errors.ConfigError,
        "Nothing was sent: .env sets {hosts}, and {secrets} would be sent there from another source.",
        "Set {hosts} in the environment if it is right, or remove it from .env.")
    LOG_WRONG = (errors.ConfigError,
        "The log cannot be set up: {problem}.",
        "Correct LOGLEVEL, TAP_ZOHOBOOKS_LOGLEVEL, or the file that SINGER_SDK_LOG_CONFIG names.")
    NO_ORGANIZATION = (errors.ConfigError,
        "This user has no active organization in this data center (known: {organizations}).",
        "Check region.")
    ORGANIZATION_CLOSED = (errors.OrganizationClosed,
        "This user does not belong to organization {organization}: {message}.",
        "Set organization_ids to those that `zohobooks organizations` lists.")
    ORGANIZATION_EXPIRED = (errors.OrganizationClosed,
        "Organization {organization} cannot be read: {message}.",
        "Renew its plan in Zoho Books, or set organization_ids to others that `zohobooks organizations` lists.")
    ORGANIZATION_INACTIVE = (errors.ConfigError,
        "Organization {wanted} is not active or does not exist. Readable: {organizations}.",
        "Run `zohobooks login --keep` to choose again.")
    ORGANIZATION_UNKNOWN = (errors.ConfigError,
        "Setting 'organization_ids' names {wanted}, which this user cannot read. Readable: {organizations}.",
        "Set organization_ids to some of these, or check region.")
    REDIRECT_UNKNOWN = (errors.ConfigError,
        "The redirect address is not registered for the client ({error} from {server}).",
        "Enter it in the API console exactly as shown, or give another --port.")
    SETTING_MISSING = (errors.ConfigError,
        "Setting '{setting}' is missing: {why}.",
        "Set it; `tap-zohobooks --about` describes it. Or run `zohobooks login`: `tap-zohobooks --config ENV` reads the .env that it writes.")
    SETTING_UNKNOWN = (errors.ConfigError,
        "Unknown setting: {problem}.",
        "Remove it; `tap-zohobooks --about` lists all.")
    SETTING_WRONG = (errors.ConfigError,
        "Setting '{setting}' is wrong: {problem}.",
        "Correct it; `tap-zohobooks --about` describes its values.")
    STREAM_MAPS_WRONG = (errors.ConfigError,
        "The configuration is wrong, a stream map fails: {problem}.",
        "Correct stream_maps, stream_map_config and faker_config.")
    TOKEN_CACHE_UNUSABLE = (errors.ConfigError,
        "{folder} cannot be used ({problem}).",
        "Set token_cache to a folder of your own, or to off.")
    URL_UNSAFE = (errors.ConfigError,
        "Setting '{setting}' is not a URL that credentials may be sent to.",
        "Use https, or plain http to a loopback address such as http://127.0.0.1:8080, without a user name, a query or a fragment.")
    VARIABLE_WRONG = (errors.ConfigError,
        "Variable {variable} is wrong: {problem}.",
        "Correct it in .env, or in the environment; `tap-zohobooks --about` describes its values.")

    # Catalog and state.
    BOOKMARK_AMBIGUOUS = (errors.ConfigError, "The bookmark of {streams} has no organization in the state, and {organizations} are read.",
        "Set organization_ids to the organization of the bookmark, or pass no state to read everything.")
    BOOKMARK_UNREADABLE = (errors.ConfigError, "The state cannot be read: a bookmark of '{stream}' is not a date and time ({value}).",
        "Write it like 2026-01-31T00:00:00Z, or pass no state to read everything.")
    CATALOG_MALFORMED = (errors.ConfigError, "The catalog is malformed: {problem}.",
        "Create it again with --discover.")
    FILE_NO_JSON = (errors.ConfigError, "The {file} is not a JSON object ({problem}).",
        "Pass the file as it was written.")
    METHOD_UNKNOWN = (errors.ConfigError, "The replication method of stream '{stream}' in the catalog is {method}.",
        "Choose FULL_TABLE or INCREMENTAL.")
    START_IN_FUTURE = (errors.BookmarkRefused, "Stream '{stream}' of organization {organization} would be read from {start} on, which is after {now}.",
        "Correct start_date, or remove the bookmark from the state to read the stream from its start.")
    STATE_STRANGE = (errors.ConfigError, "The state cannot be read: {problem}.",
        "Pass a state that this tap has written, or none to read everything again.")
    STREAM_UNKNOWN = (errors.ConfigError, "There is no stream, or field of a stream, '{stream}'.",
        "docs/streams.md, and `tap-zohobooks --discover`, list all.")

    # Files, terminal and port of a command.
    ENV_EXPOSED = (errors.ConfigError, "Nothing was written: git would commit .env with the secrets in it.",
        "Add it to .gitignore first.")
    ENV_TRACKED = (errors.ConfigError, "git tracks .env already, and the next commit would hold the secrets.",
        "Run `git rm --cached .env`, commit that, and run `zohobooks login` again.")
    ENV_UNREADABLE = (errors.ConfigError, "The file .env cannot be read: {problem}.",
        "Correct it, or remove it.")
    FOLDER_UNWRITABLE = (errors.ConfigError, "{file} cannot be written ({problem}).",
        "Run `zohobooks` in a folder that you can write to.")
    NO_TERMINAL = (errors.ConfigError, "A terminal is needed for the question: {question}",
        "Give {option}.")
    NOTHING_TO_REVOKE = (errors.ConfigError, "No refresh_token is set: there is none to revoke.",
        "`zohobooks login` obtains one. To end a login by client_credentials, delete the Self Client in the API console.")
    OUTPUT_UNWRITABLE = (errors.TapError, "Standard output cannot be written ({problem}).",
        "Redirect it to another place.")
    PARAMETER_WRONG = (errors.ConfigError, "The parameter '{pair}' cannot be sent: {problem}.",
        "Give each parameter once, as -p name=value.")
    PATH_WRONG = (errors.ConfigError,
        "'{path}' is not a path below /books/v3: {problem}.",
        "Give one as `zohobooks get invoices` does, and parameters by -p name=value.")
    PORT_TAKEN = (errors.ConfigError, "Port {port} of this machine is {state} ({problem}), and could not receive the browser's callback.",
        "Give another --port, and enter its redirect address in the API console as well.")

    # The service, and proxies before it.
    ACCOUNTS_UNREACHABLE = (errors.ServiceError,
        "No accounts server can be reached: {servers}.",
        "Check network, proxy, firewall and accounts_url.")
    API_UNREACHABLE = (errors.ServiceError,
        "{url} cannot be reached ({problem}).",
        "Check network, proxy, firewall and api_url.")
    CLOCK_OFF = (errors.ServiceError,
        "This machine's clock is {minutes} minutes {side} the service's.",
        "Set it, for instance by NTP: runs share times by it.")
    DOCUMENTS_UNREAD = (errors.ServiceError,
        "Documents, or their sub-resources, could not be read: {counts}. The first: {first}",
        "Run again: the next run requests them again. If the same ones fail, report the warnings above.")
    FILE_RETURNED = (errors.ServiceError,
        "The response of '{path}' is a file ({kind}), not JSON.",
        "Download it in Zoho Books: `zohobooks get` prints JSON only.")
    KEY_MISSING = (errors.ServiceError,
        "Rows that do not say what identifies them were skipped: {counts}.",
        "See the warnings above: correct them in Zoho Books, or report the warning; the next run requests them again.")
    LIST_HIDES_ROWS = (errors.ServiceError,
        "Of the rows that share one '{column}' the service sent fewer than there are, {attempts} times.",
        "State is kept; report this with the stream's name.")
    LIST_NEVER_ENDS = (errors.ServiceError,
        "The service says that there are more rows, but {pages} pages in a row held none that is new.",
        "State is kept; report this with the stream's name.")
    LIST_NEVER_RESTS = (errors.ServiceError,
        "The list changed during each of {attempts} attempts to read it.",
        "State is kept; run again when it changes less often.")
    NOT_AVAILABLE = (errors.TapError,
        "{refusal}.",
        "Check the path, its ids, the parameters and --organization; `zohobooks doctor` checks access.")
    NOT_ONE_DOCUMENT = (errors.ServiceError,
        "The response of '{path}' for stream '{stream}' holds {count} documents, not one.",
        "Report this line.")
    NOT_REVOKED = (errors.ServiceError,
        "No server has confirmed that the refresh token is revoked ({servers}).",
        "Run `zohobooks logout` again, or revoke it on the accounts server's own page, under Sessions, Connected Apps.")
    NOT_ZOHO_BOOKS = (errors.ServiceError,
        "The API host does not respond as Zoho Books does ({found}).",
        "Check api_url, region and proxy.")
    DEFECT = (errors.ServiceError,
        "An unexpected error of type {kind} ended the reading: {problem}.",
        "Report it with the traceback above.")
    NO_ANSWER = (errors.ServiceError,
        "Zoho Books gave no usable response to '{path}': {found}.",
        "State is written; run again later.")
    NO_PATH_PART = (errors.ServiceError,
        "An id of the service, '{value}', cannot be part of a path.",
        "Report this line.")
    NO_POSTINGS = (errors.TapError, "The response of '{path}' for stream '{stream}' holds no postings under '{wanted}' (it holds: {keys}).",
        "Select journal_report, or ledger_entries, in place of it: they hold the postings of all accounts.")
    NO_ROWS = (errors.ServiceError,
        "A response with the keys {keys} has no '{wanted}' to read rows from.",
        "Report this line.")
    NO_TOKEN = (errors.NoToken,
        "The accounts server ({server}) issued no token: {error}.",
        "Check the network and accounts_url, then run again.")
    OTHER_LOGIN = (errors.ServiceError,
        "A callback of another login was received (another state), and not used.",
        "Close other login pages, and run `zohobooks login` again.")
    PARAMETER_REFUSED = (errors.ParameterRefused,
        "Zoho Books refused a parameter of '{path}' ({message}).",
        "Report this line.")
    RANGE_TOO_LARGE = (errors.RangeTooLarge, "Zoho Books refused '{path}' of organization {organization} for its range of days: {found}.",
        "Set report_period to a shorter one; of postings, which are requested by the day then, report this line.")
    READER_ENDED = (errors.ServiceError,
        "Its reader ended without a word; memory or threads may have run out.",
        "Give the run more of both, or lower max_concurrency and max_parallel_organizations; run again.")
    REFUSED = (errors.UnexpectedResponse,
        "Zoho Books refused '{path}' of organization {organization}: {found}.",
        "Correct in Zoho Books what it says, or do not select the stream.")
    REPORT_MISMATCH = (errors.ServiceError, "Stream '{stream}' of organization {organization}: '{path}' was requested {wanted}, and the response is {found}.",
        "Report this line; until then, do not select the stream.")
    RESPONSE_TOO_LARGE = (errors.ResponseTooLarge,
        "The response to '{path}' of organization {organization} {found}.",
        "Report this line; until then, do not select the stream.")
    STRANGE_SERVER = (errors.ServiceError,
        "The callback names an accounts server that is not Zoho's ({server}): nothing was sent there.",
        "Close other pages, and run `zohobooks login` again.")
    WRONG_DOCUMENT = (errors.ServiceError,
        "Stream '{stream}': the response of '{path}' holds '{key}' {found}, which was not requested.",
        "Report this line.")

    # Exports.
    EXPORT_FILE_UNUSABLE = (errors.ConfigError, "The export cannot be written to {file}: {problem}.",
        "Close what has it open, or give another path with --to.")
    EXPORT_FORM_UNKNOWN = (errors.ConfigError, "The path {path} cannot take an export: {problem}.",
        "Give --to a .duckdb or .xlsx file, or a folder with --format csv or --format parquet.")
    EXPORT_NOT_INSTALLED = (errors.ConfigError, "`zohobooks export` needs the package {package}, which is not installed.",
        "Install the extra: pip install 'tap-zohobooks[export]'.")
    EXPORT_TOO_LONG = (errors.ConfigError, "Table '{table}' has more than {rows} rows, the most that a sheet of a spreadsheet holds.",
        "Give --to a .duckdb file, or a folder with --format csv or --format parquet.")

    # Signals, and the target.
    ABORTED = (errors.TapError, "Aborted! What was written before is kept.",
        "Run the command again.")
    HUNG_UP = (errors.HungUp, "Stopped by SIGHUP; {state}.",
        "Run again, in a session that outlasts the terminal.")
    INTERRUPTED = (errors.Interrupted, "Stopped by SIGINT; {state}.",
        "Run again.")
    PIPE_CLOSED = (errors.TapError, "The target closed the pipe.",
        "See its log for the reason, then run again: the next run continues from the state that the target has written.")
    TERMINATED = (errors.Terminated, "Stopped by SIGTERM; {state}.",
        "Run again.")
