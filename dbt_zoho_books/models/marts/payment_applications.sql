select
    applications.organization_id,
    applications.source_type,
    applications.source_id,
    applications.application_id,
    applications.target_type,
    applications.target_id,
    targets.document_number as target_number,
    coalesce(targets.contact_id, payments.contact_id) as contact_id,
    applications.applied_on,
    coalesce(targets.currency_code, payments.currency_code) as currency_code,
    applications.amount
from {{ ref('int_applications') }} as applications
left join {{ ref('int_documents') }} as targets
    on applications.organization_id = targets.organization_id
    and applications.target_type = targets.document_type
    and applications.target_id = targets.document_id
left join {{ ref('int_payments') }} as payments
    on applications.organization_id = payments.organization_id
    and applications.source_type = payments.payment_type
    and applications.source_id = payments.payment_id
