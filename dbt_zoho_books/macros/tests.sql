{# A key: no part of it is null, and no two rows share it. #}
{% test unique_key(model, columns) %}
select {{ columns | join(', ') }}, count(*) as row_count
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
{%- for column in columns %} or {{ column }} is null{% endfor %}
{% endtest %}

{# Two figures that must be equal are, to the last digit. With ties_must_see_rows it is an error too if
   nothing was compared.

   The test is one of data_quality, though its rows are in int_ties: a test that fails keeps what is
   built of its model from being built, and this page must be. #}
{% test tie(model, tie) %}
{{ config(severity=var('tie_severity', 'error')) }}
select organization_id, basis, subject, expected, found, difference
from {{ ref('zoho_books', 'int_ties') }}
where tie = '{{ tie }}'
    and difference <> 0
    and not is_explained
{%- if var('ties_must_see_rows', false) %}
union all
select null, null, 'nothing was compared', null, null, null
from (select count(*) as row_count from {{ model }} where test = '{{ tie }}') as seen
where row_count = 0
{%- endif %}
{% endtest %}

{# The ledger has no exception of a reason. #}
{% test no_exception(model, reason) %}
{{ config(severity=var('tie_severity', 'error')) }}
select organization_id, basis, transaction_type, transaction_id, account_id, difference
from {{ ref('zoho_books', 'ledger_exceptions') }}
where reason = '{{ reason }}'
    -- The page that a controller reads counts it.
    and exists (select 1 from {{ model }} where test = 'exception_{{ reason }}')
{% endtest %}
