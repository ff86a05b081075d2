select
    organization_id,
    contact_id,
    contact_name,
    company_name,
    contact_type,
    customer_sub_type,
    status,
    currency_code,
    email,
    phone,
    mobile,
    website,
    payment_terms,
    tax_id,
    created_time as created_at,
    last_modified_time as updated_at
from {{ ref('int_contacts') }}
