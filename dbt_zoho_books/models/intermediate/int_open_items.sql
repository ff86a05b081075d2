with settled as (
    select
        days.organization_id,
        days.as_of,
        settlements.document_type,
        settlements.document_id,
        sum(settlements.amount) as amount,
        max(case when settlements.amount is null then 1 else 0 end) as has_unknown
    from {{ ref('int_as_of_days') }} as days
    inner join {{ ref('int_settlements') }} as settlements
        on days.organization_id = settlements.organization_id
        and days.as_of >= settlements.settled_on
    group by days.organization_id, days.as_of, settlements.document_type, settlements.document_id
),

items as (
    select
        documents.organization_id,
        days.as_of,
        documents.document_type,
        documents.document_id,
        documents.document_number,
        documents.contact_id,
        documents.currency_code,
        documents.exchange_rate,
        documents.currency_decimals,
        documents.issued_on,
        coalesce(documents.due_on, documents.issued_on) as due_on,
        documents.total,
        -- On the day of the last load the document says itself what is open.
        case
            when days.as_of >= documents.loaded_on and documents.balance is not null
                then documents.total - documents.balance
            else coalesce(settled.amount, {{ zoho_books.zero() }})
        end as settled,
        days.as_of < documents.loaded_on
        and (coalesce(settled.has_unknown, 0) = 1 or unread.organization_id is not null)
            as has_unknown_settlement
    from {{ ref('int_documents') }} as documents
    inner join {{ ref('int_as_of_days') }} as days
        on documents.organization_id = days.organization_id
        and documents.issued_on <= days.as_of
    left join settled
        on documents.organization_id = settled.organization_id
        and documents.document_type = settled.document_type
        and documents.document_id = settled.document_id
        and days.as_of = settled.as_of
    left join {{ ref('int_unread_settlements') }} as unread
        on documents.organization_id = unread.organization_id
        and unread.side = case when documents.document_type in ('bill', 'vendor_credit') then 'payable'
            else 'receivable'
        end
    where documents.is_posted
        and documents.document_type in ('invoice', 'debit_note', 'credit_note', 'bill', 'vendor_credit')
)

select
    organization_id,
    as_of,
    document_type,
    document_id,
    document_number,
    contact_id,
    currency_code,
    issued_on,
    due_on,
    case when document_type in ('bill', 'vendor_credit') then 'payable' else 'receivable' end as side,
    {{ dbt.datediff('due_on', 'as_of', 'day') }} as days_from_due,
    {{ dbt.datediff('issued_on', 'as_of', 'day') }} as days_from_issue,
    {{ zoho_books.to_amount('total - settled') }} as open_amount,
    {{ zoho_books.to_amount(
        zoho_books.round_to('total * exchange_rate', 'currency_decimals')
        ~ ' - ' ~ zoho_books.round_to('settled * exchange_rate', 'currency_decimals')
    ) }} as base_open_amount,
    has_unknown_settlement
from items
where total <> settled
