{#- Sides of organizations of which is known that something was settled, but not what: payments or
    credits were used, and no application of their type was loaded. -#}
with known as (
    select organization_id, source_type from {{ ref('int_applications') }}
    union
    select organization_id, source_type from {{ ref('int_refunds') }}
),

used as (
    select organization_id, payment_type as source_type
    from {{ ref('int_payments') }}
    where is_posted and amount <> unused_amount
    union
    select organization_id, document_type
    from {{ ref('int_documents') }}
    where document_type in ('credit_note', 'vendor_credit') and is_posted and total <> balance
    union
    -- Without any payment the stream was not loaded, unless credits have settled all.
    select documents.organization_id, documents.document_type
    from {{ ref('int_documents') }} as documents
    where documents.document_type in ('invoice', 'debit_note', 'bill')
        and documents.is_posted
        and documents.total <> documents.balance
        and not exists (
            select 1 from known
            where known.organization_id = documents.organization_id
                and (known.source_type in ('vendor_payment', 'vendor_credit'))
                = (documents.document_type = 'bill')
        )
)

select distinct
    used.organization_id,
    case when used.source_type in ('vendor_payment', 'vendor_credit', 'bill') then 'payable'
        else 'receivable'
    end as side
from used
left join known
    on used.organization_id = known.organization_id
    and used.source_type = known.source_type
where known.organization_id is null
