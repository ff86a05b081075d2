select
    lines.organization_id,
    lines.document_type,
    lines.document_id,
    lines.line_id,
    {{ zoho_books.json_text('tag.value', 'tag_id') }} as tag_id,
    {{ zoho_books.json_text('tag.value', 'tag_name') }} as tag_name,
    {{ zoho_books.json_text('tag.value', 'tag_option_id') }} as tag_option_id,
    {{ zoho_books.json_text('tag.value', 'tag_option_name') }} as tag_option_name
from {{ ref('int_document_lines') }} as lines
cross join {{ zoho_books.json_elements('lines.tags', 'tag') }}
where {{ zoho_books.json_text('tag.value', 'tag_id') }} is not null
