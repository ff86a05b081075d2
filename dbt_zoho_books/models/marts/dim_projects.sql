select
    organization_id,
    project_id,
    project_name,
    project_code,
    customer_id,
    status,
    billing_type
from {{ ref('stg_zoho_books__projects') }}
