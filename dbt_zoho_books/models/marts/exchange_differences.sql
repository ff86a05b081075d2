{%- set names = var('exchange_difference_accounts', ['exchange gain or loss']) -%}
select
    ledger.organization_id,
    ledger.basis,
    ledger.leg_id,
    ledger.transaction_type,
    ledger.transaction_id,
    ledger.transaction_number,
    ledger.posted_on,
    ledger.period_start,
    ledger.account_id,
    ledger.contact_id,
    ledger.currency_code,
    case
        when ledger.transaction_type = 'base_currency_adjustment' then 'unrealized' else 'realized'
    end as kind,
    {{ zoho_books.to_amount('-ledger.amount') }} as gain
from {{ ref('general_ledger') }} as ledger
inner join {{ ref('int_accounts') }} as accounts
    on ledger.organization_id = accounts.organization_id
    and ledger.account_id = accounts.account_id
where lower(accounts.account_name) in ('{{ names | join("', '") }}')
