select organization_id, as_of
from {{ ref('int_organizations') }}
where as_of is not null
union
select organization_id, as_of
from {{ ref('stg_zoho_books__ar_aging_summary') }}
union
select organization_id, as_of
from {{ ref('stg_zoho_books__ap_aging_summary') }}
