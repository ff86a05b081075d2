{# A value of an object as text; null if it is absent or blank. #}
{% macro json_text(object, name) -%}
    nullif({{ adapter.dispatch('json_text', 'zoho_books')(object, name) }}, '')
{%- endmacro %}
{% macro default__json_text(object, name) %}({{ object }} ->> '{{ name }}'){% endmacro %}

{% macro json_amount(object, name) -%}
    {{ zoho_books.to_amount(zoho_books.json_text(object, name)) }}
{%- endmacro %}

{% macro json_date(object, name) -%}
    cast({{ zoho_books.json_text(object, name) }} as date)
{%- endmacro %}

{% macro json_value(object, name) %}
    {{- adapter.dispatch('json_value', 'zoho_books')(object, name) -}}
{% endmacro %}
{% macro default__json_value(object, name) %}({{ object }} -> '{{ name }}'){% endmacro %}

{# The elements of an array as rows of an alias, to be cross joined: `value`, and their place, from 1
   on, as `position`. What is no array has no elements. #}
{% macro json_elements(array, alias) %}
    {{- adapter.dispatch('json_elements', 'zoho_books')(array, alias) -}}
{% endmacro %}
{% macro postgres__json_elements(array, alias) -%}
    lateral jsonb_array_elements(
        case when jsonb_typeof({{ array }}) = 'array' then {{ array }} end
    ) with ordinality as {{ alias }}(value, position)
{%- endmacro %}
{% macro duckdb__json_elements(array, alias) -%}
    lateral unnest(
        cast(case when json_type({{ array }}) = 'ARRAY' then {{ array }} end as json[])
    ) with ordinality as {{ alias }}(value, position)
{%- endmacro %}

{# Snowflake: a column of type variant. #}
{% macro snowflake__json_text(object, name) %}cast(get({{ object }}, '{{ name }}') as varchar){% endmacro %}
{% macro snowflake__json_value(object, name) %}get({{ object }}, '{{ name }}'){% endmacro %}
{% macro snowflake__json_elements(array, alias) -%}
    lateral (
        select flat.value as value, flat.index + 1 as position
        from table(flatten(input => case when is_array({{ array }}) then {{ array }} end)) as flat
    ) as {{ alias }}
{%- endmacro %}

{# BigQuery: a column of type json. A value that is an object or array has no text. #}
{% macro bigquery__json_text(object, name) %}json_value({{ object }}, '$.{{ name }}'){% endmacro %}
{% macro bigquery__json_value(object, name) %}json_query({{ object }}, '$.{{ name }}'){% endmacro %}
{% macro bigquery__json_elements(array, alias) -%}
    unnest(array(
        select as struct element as value, place + 1 as position
        from unnest(json_query_array({{ array }})) as element with offset as place
    )) as {{ alias }}
{%- endmacro %}
