{#- Periods whose postings differ from those held are deleted and inserted again. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ zoho_books.delete_changed_periods(this) }}",
) }}
select
    postings.organization_id,
    postings.basis,
    postings.leg_id,
    postings.ledger_source,
    postings.transaction_type,
    postings.transaction_id,
    postings.line_number,
    postings.account_id,
    postings.posted_on,
    postings.period_start,
    {{ zoho_books.to_amount('postings.debit') }} as debit,
    {{ zoho_books.to_amount('postings.credit') }} as credit,
    {{ zoho_books.to_amount('postings.amount') }} as amount,
    {{ zoho_books.to_amount('postings.fcy_amount') }} as fcy_amount,
    postings.currency_code,
    postings.exchange_rate,
    postings.contact_id,
    postings.transaction_number,
    postings.reference_number,
    postings.read_at
from {{ ref('int_postings') }} as postings
{%- if is_incremental() %}
where not exists (
    select 1 from {{ this }} as held
    where held.organization_id = postings.organization_id
        and held.basis = postings.basis
        and held.period_start = postings.period_start
)
{%- endif %}
