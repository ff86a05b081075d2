{#- What reduces a receivable, payable or credit, with its date: applications, refunds, write-offs.
    An application may come without its amount: if it is the only one of its document, the amount is
    what the document's balance leaves over. -#}
with applications as (
    select applications.*
    from {{ ref('int_applications') }} as applications
    left join {{ ref('int_payments') }} as payments
        on applications.organization_id = payments.organization_id
        and applications.source_type = payments.payment_type
        and applications.source_id = payments.payment_id
    where coalesce(payments.is_posted, true)
),

every as (
    select
        organization_id, target_type as document_type, target_id as document_id,
        application_id as settlement_id, applied_on as settled_on, amount
    from applications
    union all
    select
        organization_id, source_type, source_id, application_id, applied_on, amount
    from applications
    where source_type in ('credit_note', 'vendor_credit')
    union all
    select
        organization_id, source_type, source_id, refund_id, refunded_on, amount
    from {{ ref('int_refunds') }}
    where source_type in ('credit_note', 'vendor_credit')
    union all
    select
        organization_id, document_type, document_id, concat(document_id, '#write_off'),
        coalesce(last_payment_on, issued_on), write_off_amount
    from {{ ref('int_documents') }}
    where write_off_amount <> 0
),

summed as (
    select
        every.*,
        sum(amount) over (partition by organization_id, document_type, document_id) as known_amount,
        sum(case when amount is null then 1 else 0 end) over (
            partition by organization_id, document_type, document_id
        ) as unknown_count
    from every
)

select
    summed.organization_id,
    summed.document_type,
    summed.document_id,
    summed.settlement_id,
    summed.settled_on,
    {{ zoho_books.to_amount(
        'coalesce(summed.amount, case when summed.unknown_count = 1 then '
        ~ 'documents.total - documents.balance - coalesce(summed.known_amount, 0) end)'
    ) }} as amount
from summed
left join {{ ref('int_documents') }} as documents
    on summed.organization_id = documents.organization_id
    and summed.document_type = documents.document_type
    and summed.document_id = documents.document_id
