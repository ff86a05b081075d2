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

{# A table function: the elements of an array, as `value`, and their place, as `position`. What is
   no array has no elements. #}
{% macro json_elements(array) %}
    {{- adapter.dispatch('json_elements', 'zoho_books')(array) -}}
{% endmacro %}
{% macro postgres__json_elements(array) -%}
    lateral jsonb_array_elements(
        case when jsonb_typeof({{ array }}) = 'array' then {{ array }} end
    ) with ordinality
{%- endmacro %}
{% macro duckdb__json_elements(array) -%}
    lateral unnest(
        cast(case when json_type({{ array }}) = 'ARRAY' then {{ array }} end as json[])
    ) with ordinality
{%- endmacro %}
