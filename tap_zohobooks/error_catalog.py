"""Every error that ends a run, or a command, early: a row each, with what was found and what helps.

A message and its row of docs/errors.md come from here; words in braces are filled in.
"""

from __future__ import annotations

from enum import Enum

from tap_zohobooks.errors import (
    ConfigError,
    Interrupted,
    ParameterRefused,
    QuotaReached,
    ReauthorizationNeeded,
    ServiceError,
    TapError,
    Terminated,
    UnexpectedResponse,
)


class Reason(Enum):
    """Why a run, or a command, ends early: the kind says with which exit code."""

    def __init__(self, kind: type[TapError], found: str, next_step: str) -> None:
        """Keep the parts."""
        self.kind = kind
        self.found = found
        self.next_step = next_step

    @property
    def title(self) -> str:
        """The name that messages and the page bear."""
        return self.name.lower().replace("_", "-")

    def error(self, **facts: object) -> TapError:
        """Return the error with its facts filled in."""
        return self.kind(self.found.format(**facts), self.next_step.format(**facts), self.title)

    # fmt: off

    # Calls that may not be made yet.
    BLOCKED = (QuotaReached,
        "Organization {organization}: Zoho Books blocks all calls for another {minutes} min, longer than max_wait_seconds.",
        "State is written; run again then, with a lower requests_per_minute where others call as well.")
    MINTS_USED_UP = (QuotaReached,
        "Zoho mints no more than ten access tokens in ten minutes, and they are used up.",
        "Run again in {minutes} minutes; token_cache shares one token between runs.")
    QUOTA_REACHED = (QuotaReached,
        "Organization {organization}: the quota is reached ({left}).",
        "Run again after the reset {when}, or lower quota_reserve; the state of a run is written.")
    THROTTLED = (QuotaReached,
        "Zoho Books refused '{path}' for longer than max_wait_seconds: {found}.",
        "State is written; run again {when}, or lower requests_per_minute or max_concurrency.")

    # A person must authorize.
    ACCESS_TOKEN_REFUSED = (ReauthorizationNeeded,
        "The access_token setting was refused: it is older than an hour, or from another data center.",
        "Set a new access_token, or a refresh_token.")
    CODE_REFUSED = (ReauthorizationNeeded,
        "The grant code is no longer good ({error} from {server}): it lives for minutes, and serves once.",
        "Run `zohobooks login` again with a new one.")
    CONSENT_DENIED = (ReauthorizationNeeded,
        "Access was not granted on the consent page ({error}).",
        "Run `zohobooks login` again and accept; after ten codes in ten minutes, wait for ten minutes.")
    NO_BROWSER_ANSWER = (ReauthorizationNeeded,
        "The browser brought no answer within {seconds} seconds.",
        "Run `zohobooks login` again; where the browser is on another machine, with a Self Client's --code.")
    NO_REFRESH_TOKEN = (ReauthorizationNeeded,
        "The accounts server ({server}) gave no refresh token for the code, which was made without offline access.",
        "Run `zohobooks login` again with a new code.")
    NOTHING_MAY_BE_READ = (ReauthorizationNeeded,
        "No selected stream may be read.",
        "Authorize again with the scopes {scopes}.")
    ORGANIZATIONS_DENIED = (ReauthorizationNeeded,
        "The organizations may not be listed: {refusal}",
        "Authorize with the scope ZohoBooks.settings.READ in the right region, or set organization_ids.")
    REFRESH_TOKEN_DEAD = (ReauthorizationNeeded,
        "The refresh token is dead ({error} from {server}): it was revoked, pushed out by a twenty-first one, or belongs to another data center or client.",
        "Authorize again with `zohobooks login`, or set another refresh_token or the right region.")
    REFRESH_TOKEN_DISCONNECTED = (ReauthorizationNeeded,
        "The refresh token was found dead at {time} ({error}), and has not been asked with since.",
        "Run `zohobooks login`, or set another refresh_token.")
    SCOPE_MISSING = (ReauthorizationNeeded,
        "{refusal}. It needs the scope {scope}, and a user who may read it.",
        "Run `zohobooks login --renew`, or do not select it.")

    # Settings, and where they point.
    BATCH_IMPOSSIBLE = (ConfigError,
        "The files of a batch cannot be written: {problem}.",
        "Set batch_config to a place that may be written to, and install what that place needs.")
    CHINA_UNNAMED = (ConfigError,
        "The account is in China's data center, whose servers are another company's: nothing was sent there.",
        "Run `zohobooks login --region cn` if that is right.")
    CLIENT_ELSEWHERE = (ConfigError,
        "The client is registered at {server}.",
        "Set {setting} to {value}.")
    CLIENT_REFUSED = (ConfigError,
        "The accounts server ({server}) refused the client: {error}.",
        "Check client_id, client_secret, and that region is where the client is registered.")
    CONFIG_UNREADABLE = (ConfigError,
        "The file that --config names cannot be read as a JSON object: {problem}.",
        "Name a file of settings such as the README shows.")
    NO_ORGANIZATION = (ConfigError,
        "There is no active organization for this user here (known: {organizations}).",
        "Check region.")
    ORGANIZATION_CLOSED = (ConfigError,
        "Organization {organization} is not open to this user: {message}.",
        "Set organization_ids to those that `zohobooks organizations` lists.")
    ORGANIZATION_INACTIVE = (ConfigError,
        "There is no active organization {wanted}. Those that can be read: {organizations}.",
        "Run `zohobooks login --keep` to choose again.")
    ORGANIZATION_UNKNOWN = (ConfigError,
        "Setting 'organization_ids' names {wanted}, which this user cannot see. The organizations that exist here: {organizations}.",
        "Set organization_ids to some of these, or check region.")
    REDIRECT_UNKNOWN = (ConfigError,
        "The client does not know the redirect address ({error} from {server}).",
        "Enter it in the API console exactly as it was shown, or name another --port.")
    SETTING_MISSING = (ConfigError,
        "Setting '{setting}' is missing: {why}.",
        "Set it; `tap-zohobooks --about` tells how. Or run `zohobooks login`: `tap-zohobooks --config ENV` reads the .env that it writes.")
    SETTING_UNKNOWN = (ConfigError,
        "Unknown setting: {problem}.",
        "Take it out; `tap-zohobooks --about` lists all.")
    SETTING_WRONG = (ConfigError,
        "Setting '{setting}' is wrong: {problem}.",
        "Set it right; `tap-zohobooks --about` tells what it takes.")
    STREAM_MAPS_WRONG = (ConfigError,
        "The configuration is wrong, a stream map fails: {problem}.",
        "Set stream_maps, stream_map_config and faker_config right.")
    TOKEN_CACHE_UNUSABLE = (ConfigError,
        "{folder} cannot be used ({problem}).",
        "Set token_cache to a folder of your own, or to off.")
    URL_UNSAFE = (ConfigError,
        "Setting '{setting}' is not a URL that credentials may be sent to.",
        "Use https, or plain http to a loopback address such as http://127.0.0.1:8080.")
    VARIABLE_WRONG = (ConfigError,
        "Variable {variable} does not hold a value of its setting's type ({kind}).",
        "Correct it in .env, or in the environment; `tap-zohobooks --about` tells what it takes.")

    # Catalog and state.
    BOOKMARK_AMBIGUOUS = (ConfigError,
        "The state does not say of which organization the bookmark of {streams} is, and {organizations} are read.",
        "Set organization_ids to the one that it is of, or hand over no state to read everything.")
    BOOKMARK_UNREADABLE = (ConfigError,
        "The state cannot be read: a bookmark of '{stream}' is no instant ({value}).",
        "Write it like 2026-01-31T00:00:00Z, or hand over no state to read everything.")
    CATALOG_MALFORMED = (ConfigError,
        "The catalog is malformed: {problem}.",
        "Make it anew with --discover.")
    FILE_NO_JSON = (ConfigError,
        "The {file} is not a JSON object ({problem}).",
        "Hand over the file as it was written.")
    METHOD_UNKNOWN = (ConfigError,
        "The catalog has stream '{stream}' replicated by {method}.",
        "Choose FULL_TABLE or INCREMENTAL.")
    START_IN_FUTURE = (ConfigError,
        "Stream '{stream}' of organization {organization} is to be read from {start} on, and it is {now}.",
        "Correct start_date, or take the bookmark out of the state to read the stream from its start.")
    STATE_STRANGE = (ConfigError,
        "The state is not one that this tap can read: {problem}.",
        "Hand over a state that this tap has written, or none to read everything again.")
    STREAM_UNKNOWN = (ConfigError,
        "There is no stream '{stream}'.",
        "docs/streams.md, and `tap-zohobooks --discover`, list all.")

    # What a command needs of the machine.
    ENV_EXPOSED = (ConfigError,
        "Nothing was written: git would commit .env with the secrets in it.",
        "Add it to .gitignore first.")
    ENV_TRACKED = (ConfigError,
        "git keeps .env already, and secrets would be in the next commit.",
        "Run `git rm --cached .env`, commit that, and run `zohobooks login` again.")
    ENV_UNREADABLE = (ConfigError,
        "The file .env cannot be read: {problem}.",
        "Correct it, or remove it.")
    FOLDER_UNWRITABLE = (ConfigError,
        "{file} cannot be written ({problem}).",
        "Run `zohobooks` in a folder that you may write to.")
    NO_TERMINAL = (ConfigError,
        "There is no terminal to ask: {question}",
        "Give {option}.")
    NOTHING_TO_REVOKE = (ConfigError,
        "No refresh_token is set, so there is none to revoke.",
        "`zohobooks login` makes one.")
    OUTPUT_UNWRITABLE = (TapError,
        "Standard output cannot be written ({problem}).",
        "Send it elsewhere.")
    PORT_TAKEN = (ConfigError,
        "Port {port} of this machine is {state} ({problem}), and the browser's answer would go astray.",
        "Name another --port, and enter its redirect address in the API console as well.")

    # The service, and what stands between.
    ACCOUNTS_UNREACHABLE = (ServiceError,
        "No accounts server can be reached: {servers}.",
        "Check network, proxy, firewall and accounts_url.")
    API_UNREACHABLE = (ServiceError,
        "{url} cannot be reached ({problem}).",
        "Check network, proxy, firewall and api_url.")
    CLOCK_OFF = (ServiceError,
        "This machine's clock is {minutes} minutes {side} the service's.",
        "Set it, by NTP for instance: what runs share is kept by it.")
    DOCUMENTS_REFUSED = (ServiceError,
        "Documents, or what hangs on them, were refused: {counts}. They are missing.",
        "See the warnings above, and give this user access to them; the next run asks for them again.")
    KEY_MISSING = (ServiceError,
        "Stream '{stream}': a row came without its key '{key}', so it cannot be told from others; its fields are {fields}.",
        "Report this line.")
    LIST_HIDES_ROWS = (ServiceError,
        "Of the rows that share one '{column}' the service has shown fewer than there are, {attempts} times.",
        "State is kept; report this with the stream's name.")
    LIST_NEVER_ENDS = (ServiceError,
        "The service says that there are more rows, but {pages} pages in a row brought none that is new.",
        "State is kept; report this with the stream's name.")
    LIST_NEVER_RESTS = (ServiceError,
        "The list changed between all of {attempts} attempts to read on: it never rests.",
        "State is kept; run again when fewer people and programs write to it.")
    NOT_ONE_DOCUMENT = (ServiceError,
        "Stream '{stream}': '{path}' answered {count} documents, not one.",
        "Report this line.")
    NOT_REVOKED = (ServiceError,
        "Nobody has said that the refresh token is revoked ({servers}).",
        "Run `zohobooks logout` again, or end it on the accounts server's own page, under Sessions, Connected Apps.")
    NOT_ZOHO_BOOKS = (ServiceError,
        "The API host does not answer as Zoho Books does ({found}).",
        "Check api_url, region, and what stands between.")
    NO_ANSWER = (ServiceError,
        "Zoho Books gave no usable response to '{path}': {found}.",
        "State is written; run again later.")
    NO_ROWS = (ServiceError,
        "An answer with the keys {keys} has no '{wanted}' to read rows from.",
        "Report this line.")
    NO_TOKEN = (ServiceError,
        "The accounts server ({server}) gave no token: {error}.",
        "Check the network and accounts_url, then run again.")
    OTHER_LOGIN = (ServiceError,
        "The browser brought an answer that is not for this login (another state), and it was not used.",
        "Close other login pages, and run `zohobooks login` again.")
    PARAMETER_REFUSED = (ParameterRefused,
        "Zoho Books takes no such parameter for '{path}' ({message}).",
        "Report this line.")
    REFUSED = (UnexpectedResponse,
        "Zoho Books refused '{path}' of organization {organization}: {found}.",
        "Report this line.")
    STRANGE_SERVER = (ServiceError,
        "The browser's answer names an accounts server that is not Zoho's ({server}): nothing was sent there.",
        "Close other pages, and run `zohobooks login` again.")

    # Who starts the run, or reads what it writes, ends it.
    ABORTED = (TapError,
        "Aborted! What was written before stands.",
        "Run the command again.")
    INTERRUPTED = (Interrupted,
        "Stopped by SIGINT; {state}.",
        "Run again.")
    PIPE_CLOSED = (TapError,
        "The target closed the pipe.",
        "See its log for the reason, then run again: the next run goes on from the state that the target has kept.")
    TERMINATED = (Terminated,
        "Stopped by SIGTERM; {state}.",
        "Run again.")
