with transactions as (
    select
        organization_id, basis, transaction_type, transaction_id, min(period_start) as period_start,
        sum(debit) as debit, sum(credit) as credit
    from {{ ref('general_ledger') }}
    group by organization_id, basis, transaction_type, transaction_id
),

covered as (
    select organization_id, min(posted_on) as first_day, max(posted_on) as last_day
    from {{ ref('general_ledger') }}
    where basis = 'accrual'
    group by organization_id
),

posted as (
    select distinct organization_id, transaction_id
    from {{ ref('general_ledger') }}
    where basis = 'accrual'
),

every as (
    select
        'unbalanced_transaction' as reason, organization_id, basis, transaction_type, transaction_id,
        cast(null as {{ zoho_books.type_of('text') }}) as account_id, period_start,
        debit as expected, credit as found
    from transactions
    where debit <> credit
    union all
    select
        case when ledger.account_id is null then 'leg_without_account' else 'account_not_in_chart' end,
        ledger.organization_id, ledger.basis, ledger.transaction_type, ledger.transaction_id,
        ledger.account_id, ledger.period_start, {{ zoho_books.zero() }}, sum(ledger.amount)
    from {{ ref('general_ledger') }} as ledger
    left join {{ ref('int_accounts') }} as accounts
        on ledger.organization_id = accounts.organization_id
        and ledger.account_id = accounts.account_id
    where not coalesce(accounts.is_in_chart, false)
    group by
        ledger.organization_id, ledger.basis, ledger.transaction_type, ledger.transaction_id,
        ledger.account_id, ledger.period_start
    union all
    select
        'unknown_account_type', ledger.organization_id, ledger.basis, 'account', ledger.account_id,
        ledger.account_id, min(ledger.period_start), {{ zoho_books.zero() }}, sum(ledger.amount)
    from {{ ref('general_ledger') }} as ledger
    inner join {{ ref('int_accounts') }} as accounts
        on ledger.organization_id = accounts.organization_id
        and ledger.account_id = accounts.account_id
    where accounts.account_class = 'unknown'
    group by ledger.organization_id, ledger.basis, ledger.account_id
    union all
    -- A draft or void document books nothing.
    select
        'void_document_posts', ledger.organization_id, ledger.basis, ledger.transaction_type,
        ledger.transaction_id, cast(null as {{ zoho_books.type_of('text') }}),
        min(ledger.period_start), {{ zoho_books.zero() }}, sum(ledger.debit)
    from {{ ref('general_ledger') }} as ledger
    inner join {{ ref('int_documents') }} as documents
        on ledger.organization_id = documents.organization_id
        and ledger.transaction_id = documents.document_id
    where not documents.is_posted
    group by ledger.organization_id, ledger.basis, ledger.transaction_type, ledger.transaction_id
    union all
    select
        'document_without_postings', documents.organization_id, 'accrual', documents.document_type,
        documents.document_id, cast(null as {{ zoho_books.type_of('text') }}),
        cast({{ dbt.date_trunc('month', 'documents.issued_on') }} as date),
        documents.total, {{ zoho_books.zero() }}
    from {{ ref('int_documents') }} as documents
    inner join covered
        on documents.organization_id = covered.organization_id
        and documents.issued_on >= covered.first_day
        and documents.issued_on <= covered.last_day
    left join posted
        on documents.organization_id = posted.organization_id
        and documents.document_id = posted.transaction_id
    where posted.transaction_id is null
        and documents.is_posted
        and documents.total <> 0
        and documents.document_type <> 'purchase_order'
        -- A journal without ids of documents says nothing of a document.
        and exists (
            select 1
            from {{ ref('int_documents') }} as others
            inner join posted as known
                on others.organization_id = known.organization_id
                and others.document_id = known.transaction_id
            where others.organization_id = documents.organization_id
        )
)

select
    reason,
    organization_id,
    basis,
    transaction_type,
    transaction_id,
    account_id,
    period_start,
    {{ zoho_books.to_amount('expected') }} as expected,
    {{ zoho_books.to_amount('found') }} as found,
    {{ zoho_books.to_amount('found - expected') }} as difference
from every
