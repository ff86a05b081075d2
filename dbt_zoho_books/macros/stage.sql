{# Select typed columns of a stream, without the rows that a target has marked as deleted.

   A column is 'name', or 'name = first | second' if the first that is not null of several counts.
   A stream or column that was not loaded is null, with its type.

   listed_in: the stream of the list that shows these documents, and their key. A document whose list
   row is deleted, or gone, is out; if the list was not loaded, all are in.
   newest: the columns of a period. Its rows that are older than its newest complete reading are out:
   the service no longer shows them. A reading is complete if it has the `period_rows` that it says. #}
{% macro stage(
    stream, text=[], numeric=[], whole=[], date=[], timestamp=[], boolean=[], json=[],
    listed_in=none, newest=none
) %}
{%- set relation = zoho_books.find_stream(stream) -%}
{%- set found = zoho_books.list_columns(relation) -%}
{%- set groups = [
    ('text', ['organization_id'] + text), ('numeric', numeric), ('whole', whole), ('date', date),
    ('timestamp', timestamp + ['loaded_at = _sdc_extracted_at']), ('boolean', boolean), ('json', json),
] -%}
{%- set names = [] -%}
{%- for kind, entries in groups %}{% for entry in entries %}
    {%- do names.append(entry.split(' = ')[0]) -%}
{%- endfor %}{% endfor -%}
with listed as (
    select
    {%- for kind, entries in groups %}{% for entry in entries %}
        {{ zoho_books.stage_column(entry, kind, found) }},
    {%- endfor %}{% endfor %}
        1 as one
    from {{ relation or '(select 1 as nothing)' }} as loaded
    where {{ '1 = 1' if relation else '1 = 0' }}
    {%- if '_sdc_deleted_at' in found %}
        and loaded._sdc_deleted_at is null
    {%- endif %}
    {%- if listed_in and relation %}
        {{ zoho_books.is_listed(listed_in[0], listed_in[1]) }}
    {%- endif %}
)

select
    {{ names | join(',\n    ') }}
from
{%- if newest %}
    (
        select
            counted.*,
            max(
                case when period_rows is null or period_rows = reading_rows then read_at end
            ) over (partition by organization_id, {{ newest | join(', ') }}) as complete_read_at
        from (
            select
                listed.*,
                count(*) over (
                    partition by organization_id, {{ newest | join(', ') }}, read_at
                ) as reading_rows
            from listed
        ) as counted
    ) as readings
where complete_read_at is null or read_at >= complete_read_at
{%- else %} listed
{%- endif %}
{% endmacro %}

{# Let dbt list the tables of all streams, before models look for theirs.

   dbt lists a schema when a table of it is first looked for, and knows the schema from the first
   table that it notes. A model on another thread that looks at that moment would take its stream for
   one that was not loaded, and be empty. #}
{% macro list_streams() %}
    {%- do zoho_books.find_stream('organizations') -%}
{% endmacro %}

{# The relation of a stream; none if it was not loaded. #}
{% macro find_stream(stream) %}
    {%- set wanted = source('zoho_books', stream) -%}
    {%- if not execute -%}{{ return(none) }}{%- endif -%}
    {{ return(adapter.get_relation(wanted.database, wanted.schema, wanted.identifier)) }}
{% endmacro %}

{% macro list_columns(relation) %}
    {%- set names = [] -%}
    {%- if relation -%}
        {%- for column in adapter.get_columns_in_relation(relation) -%}
            {%- do names.append(column.name | lower) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(names) }}
{% endmacro %}

{% macro stage_column(entry, kind, found) %}
    {%- set name, sources = entry.split(' = ')[0], entry.split(' = ')[-1].split(' | ') -%}
    {%- set casts = [] -%}
    {%- for one in sources if one in found -%}
        {%- do casts.append('cast(loaded.' ~ one ~ ' as ' ~ zoho_books.type_of(kind) ~ ')') -%}
    {%- endfor -%}
    {%- if casts | length > 1 -%} coalesce({{ casts | join(', ') }}) as {{ name }}
    {%- elif casts -%} {{ casts[0] }} as {{ name }}
    {%- else -%} cast(null as {{ zoho_books.type_of(kind) }}) as {{ name }}
    {%- endif -%}
{% endmacro %}

{# A condition: the list shows the document, or the list of its organization was not loaded. #}
{% macro is_listed(list, key) %}
    {%- set relation = zoho_books.find_stream(list) -%}
    {%- if relation -%}
    {%- set alive = 'and list_row._sdc_deleted_at is null' if '_sdc_deleted_at' in zoho_books.list_columns(relation) else '' -%}
        and (
            exists (
                select 1 from {{ relation }} as list_row
                where list_row.organization_id = loaded.organization_id
                    and list_row.{{ key }} = loaded.{{ key }} {{ alive }}
            )
            or not exists (
                select 1 from {{ relation }} as list_row
                where list_row.organization_id = loaded.organization_id
            )
        )
    {%- endif -%}
{% endmacro %}
