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
    case when ledger.amount < 0 then 'out' else 'in' end as direction,
    ledger.amount as value_change,
    {{ zoho_books.to_amount('sum(ledger.amount) over (
        partition by ledger.organization_id, ledger.basis, ledger.account_id
        order by ledger.posted_on, ledger.leg_id
        rows between unbounded preceding and current row
    )') }} as value_after
from {{ ref('general_ledger') }} as ledger
inner join {{ ref('int_accounts') }} as accounts
    on ledger.organization_id = accounts.organization_id
    and ledger.account_id = accounts.account_id
where accounts.account_type = 'stock'
