{#- Sides of organizations of which is known that something was settled, but not what: payments or
    credits were used for more than refunds, and no application of their type was loaded; or no
    payment was loaded at all, and documents were settled by more than credits and write-offs. -#}
with known as (
    select distinct organization_id, source_type from {{ ref('int_applications') }}
),

refunded as (
    select organization_id, source_type, source_id, sum(amount) as amount
    from {{ ref('int_refunds') }}
    group by organization_id, source_type, source_id
),

settled as (
    select organization_id, document_type, document_id, sum(amount) as amount
    from {{ ref('int_settlements') }}
    group by organization_id, document_type, document_id
),

loaded as (
    select distinct
        organization_id,
        case when payment_type = 'vendor_payment' then 'payable' else 'receivable' end as side
    from {{ ref('int_payments') }}
    union
    select
        organization_id,
        case when source_type = 'vendor_payment' then 'payable' else 'receivable' end
    from known
    where source_type in ('customer_payment', 'vendor_payment')
),

sources as (
    select
        organization_id, payment_type as source_type, payment_id as source_id,
        amount - unused_amount as used_amount
    from {{ ref('int_payments') }}
    where is_posted
    union all
    select organization_id, document_type, document_id, total - balance
    from {{ ref('int_documents') }}
    where document_type in ('credit_note', 'vendor_credit') and is_posted
),

unread as (
    select
        sources.organization_id,
        case when sources.source_type in ('vendor_payment', 'vendor_credit') then 'payable'
            else 'receivable'
        end as side
    from sources
    left join refunded
        on sources.organization_id = refunded.organization_id
        and sources.source_type = refunded.source_type
        and sources.source_id = refunded.source_id
    left join known
        on sources.organization_id = known.organization_id
        and sources.source_type = known.source_type
    where known.organization_id is null
        and sources.used_amount <> coalesce(refunded.amount, 0)
    union all
    select
        documents.organization_id,
        case when documents.document_type = 'bill' then 'payable' else 'receivable' end
    from {{ ref('int_documents') }} as documents
    left join settled
        on documents.organization_id = settled.organization_id
        and documents.document_type = settled.document_type
        and documents.document_id = settled.document_id
    where documents.document_type in ('invoice', 'debit_note', 'bill')
        and documents.is_posted
        and documents.total - documents.balance <> coalesce(settled.amount, 0)
        and not exists (
            select 1 from loaded
            where loaded.organization_id = documents.organization_id
                and loaded.side = case when documents.document_type = 'bill' then 'payable'
                    else 'receivable'
                end
        )
)

select distinct organization_id, side
from unread
