select
    organization_id,
    tag_id as remote_id,
    tag_name as name,
    'TAG' as category_type,
    cast(null as {{ zoho_books.type_of('text') }}) as parent_category,
    case when coalesce(is_active, true) then 'ACTIVE' else 'ARCHIVED' end as status
from {{ ref('stg_zoho_books__reporting_tags') }}
union all
select
    tags.organization_id,
    {{ zoho_books.json_text('entry.value', 'tag_option_id') }},
    {{ zoho_books.json_text('entry.value', 'tag_option_name') }},
    'TAG_OPTION',
    tags.tag_id,
    'ACTIVE'
from {{ ref('stg_zoho_books__reporting_tags') }} as tags
cross join {{ zoho_books.json_elements('tags.tag_options', 'entry') }}
where {{ zoho_books.json_text('entry.value', 'tag_option_id') }} is not null
union all
select
    organization_id,
    project_id,
    project_name,
    'PROJECT',
    null,
    case status when 'active' then 'ACTIVE' else 'ARCHIVED' end
from {{ ref('dim_projects') }}
