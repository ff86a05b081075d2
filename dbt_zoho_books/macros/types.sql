{# The type of a column of a kind: text, numeric, whole, date, timestamp, boolean or json. #}
{% macro type_of(kind) %}
    {%- if kind == 'text' -%} {{ dbt.type_string() }}
    {%- elif kind == 'numeric' -%} {{ zoho_books.type_amount() }}
    {%- elif kind == 'whole' -%} {{ dbt.type_int() }}
    {%- elif kind == 'json' -%} {{ zoho_books.type_json() }}
    {%- elif kind == 'timestamp' -%} {{ dbt.type_timestamp() }}
    {%- elif kind in ('date', 'boolean') -%} {{ kind }}
    {%- else -%} {{ exceptions.raise_compiler_error('Unknown kind of column: ' ~ kind) }}
    {%- endif -%}
{% endmacro %}

{# Amounts, quantities and rates: 28 digits before the point, 10 behind it. #}
{% macro type_amount() %}{{ return(adapter.dispatch('type_amount', 'zoho_books')()) }}{% endmacro %}
{% macro default__type_amount() %}numeric(38, 10){% endmacro %}
{% macro bigquery__type_amount() %}bignumeric(38, 10){% endmacro %}

{% macro type_json() %}{{ return(adapter.dispatch('type_json', 'zoho_books')()) }}{% endmacro %}
{% macro default__type_json() %}json{% endmacro %}
{% macro postgres__type_json() %}jsonb{% endmacro %}
{% macro snowflake__type_json() %}variant{% endmacro %}

{% macro to_amount(expression) %}cast({{ expression }} as {{ zoho_books.type_amount() }}){% endmacro %}

{% macro zero() %}cast(0 as {{ zoho_books.type_amount() }}){% endmacro %}

{# Round to the digits of a currency, which a column holds: a database may want a constant. #}
{% macro round_to(expression, digits) -%}
    case {{ digits }}
        when 0 then {{ zoho_books.to_amount('round(' ~ expression ~ ', 0)') }}
        when 1 then {{ zoho_books.to_amount('round(' ~ expression ~ ', 1)') }}
        when 3 then {{ zoho_books.to_amount('round(' ~ expression ~ ', 3)') }}
        when 4 then {{ zoho_books.to_amount('round(' ~ expression ~ ', 4)') }}
        else {{ zoho_books.to_amount('round(' ~ expression ~ ', 2)') }}
    end
{%- endmacro %}
