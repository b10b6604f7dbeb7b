"""The paper a company's registration is compared with."""

from portal.catalogue.documents import Document
from portal.catalogue.text import Text

CERTIFICATE = Document(
    code="registration_certificate",
    name=Text(vi="Giấy chứng nhận đăng ký doanh nghiệp", en="Enterprise registration certificate", zh="企业登记证书"),
    kind="copy",
    accepts=("pdf", "jpg", "png"),
    max_megabytes=20,
    max_files=5,
)
