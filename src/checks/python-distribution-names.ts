// Python packages whose imported name is not the one they are declared by, and what some of them bring along.

// Facts from the packages' own metadata, where the two names differ and guessing would not do; gathered with the help of
// the lists that Pants (`default_module_mapping.py`), pipreqs (`mapping`) and Debian's dh-python keep for the same purpose.
// One import a line, then the distributions that bring it, the usual one first; all in normalised form (PEP 503).
export const importNames = `
absl absl-py
airflow apache-airflow
antlr4 antlr4-python3-runtime
apiclient google-api-python-client
attr attrs
auth0 auth0-python
barcode python-barcode
Bio biopython
bs4 beautifulsoup4 bs4
bson pymongo
Crypto pycryptodome pycrypto
Cryptodome pycryptodomex
corsheaders django-cors-headers
crispy_forms django-crispy-forms
crontab python-crontab
cv2 opencv-python opencv-python-headless opencv-contrib-python opencv-contrib-python-headless
daemon python-daemon
databricks.sql databricks-sql-connector
datahub acryl-datahub
dateutil python-dateutil
debug_toolbar django-debug-toolbar
decouple python-decouple
delta delta-spark
discord discord-py py-cord
django_filters django-filter
dns dnspython
docx python-docx
dotenv python-dotenv
editor python-editor
elasticapm elastic-apm
engineio python-engineio
environ django-environ environ-config
erfa pyerfa
factory factory-boy
faiss faiss-cpu faiss-gpu
ffmpeg ffmpeg-python
fitz pymupdf
frontmatter python-frontmatter
geohash python-geohash
gi pygobject
git gitpython
github pygithub
gitlab python-gitlab
google.cloud.pubsub_v1 google-cloud-pubsub
google.cloud.secretmanager google-cloud-secret-manager
google.cloud.sql.connector cloud-sql-python-connector
google.oauth2 google-auth
google.protobuf protobuf
googleapiclient google-api-python-client
graphql graphql-core
gridfs pymongo
grpc grpcio
grpc_health grpcio-health-checking
grpc_reflection grpcio-reflection
grpc_status grpcio-status
grpc_tools grpcio-tools
hamcrest pyhamcrest
haystack haystack-ai farm-haystack django-haystack
hydra hydra-core
igraph igraph python-igraph
imblearn imbalanced-learn
impala impyla
jose python-jose
jpype jpype1
jwt pyjwt
kafka kafka-python kafka-python-ng
keycloak python-keycloak
langchain_core langchain-core langchain
lark lark lark-parser
ldap python-ldap
ldclient launchdarkly-server-sdk
Levenshtein levenshtein python-levenshtein
magic python-magic python-magic-bin
memcache python-memcached
mpl_toolkits matplotlib
msgpack msgpack u-msgpack-python
multipart python-multipart
MySQLdb mysqlclient mysql-python
mysql.connector mysql-connector-python mysql-connector
nacl pynacl
nmap python-nmap
OpenGL pyopengl
OpenSSL pyopenssl
openid python3-openid
opensearchpy opensearch-py
opentelemetry opentelemetry-api
osgeo gdal
paho paho-mqtt
past future
patoolib patool
PIL pillow pillow-simd
pkg_resources setuptools
playhouse peewee
polars polars polars-lts-cpu polars-u64-idx
pptx python-pptx
prestodb presto-python-client
psycopg psycopg psycopg-binary psycopg-c
psycopg2 psycopg2-binary psycopg2 psycopg2cffi
psycopg_pool psycopg-pool psycopg
pylab matplotlib
pysat python-sat
pythoncom pywin32
pythonjsonlogger python-json-logger
pywt pywavelets
pyximport cython
rest_framework djangorestframework
rest_framework_simplejwt djangorestframework-simplejwt
ruamel ruamel-yaml
saml2 pysaml2
sass libsass
scss pyscss
serial pyserial
shapefile pyshp
skimage scikit-image
sklearn scikit-learn
skopt scikit-optimize
slack slackclient
slugify python-slugify unicode-slugify
snappy python-snappy
snowflake.connector snowflake-connector-python
snowflake.snowpark snowflake-snowpark-python
socketio python-socketio
socks pysocks
speech_recognition speechrecognition
sseclient sseclient-py sseclient
st_aggrid streamlit-aggrid
stdnum python-stdnum
storages django-storages
strawberry strawberry-graphql
taggit django-taggit
tabula tabula-py
tables tables pytables
talib ta-lib
telebot pytelegrambotapi
telegram python-telegram-bot
tensorflow tensorflow tensorflow-cpu tensorflow-gpu tensorflow-macos
tlz toolz
umap umap-learn
usb pyusb
uwsgidecorators uwsgi
vertexai google-cloud-aiplatform
vlc python-vlc
websocket websocket-client
whois python-whois
win32api pywin32
win32com pywin32
win32con pywin32
winrm pywinrm
wx wxpython
xdg pyxdg xdg
xlib python-xlib
xmpp xmpppy
yaml pyyaml ruamel-yaml
zmq pyzmq
zoneinfo backports-zoneinfo
`;

/** What an ordinary installation of the first always brings along, as far as code commonly imports it directly. */
export const bringsAlong = `
altair jinja2 jsonschema narwhals typing-extensions
boto3 botocore s3transfer jmespath
celery kombu billiard vine click
dash flask plotly werkzeug
django asgiref sqlparse
fastapi starlette pydantic anyio typing-extensions
flask werkzeug jinja2 click itsdangerous markupsafe blinker
flask-sqlalchemy sqlalchemy
geopandas pandas numpy shapely pyproj
google-cloud-storage google-auth google-api-core
httpx httpcore anyio certifi idna
jinja2 markupsafe
matplotlib numpy pillow cycler kiwisolver pyparsing packaging python-dateutil
openai httpx pydantic anyio
pandas numpy python-dateutil pytz
plotly packaging narwhals
pydantic pydantic-core typing-extensions annotated-types
pymongo dnspython
pytest pluggy packaging iniconfig
requests urllib3 certifi idna charset-normalizer
scikit-learn numpy scipy joblib threadpoolctl
scipy numpy
seaborn matplotlib pandas numpy
sqlalchemy typing-extensions greenlet
sqlmodel sqlalchemy pydantic
starlette anyio
statsmodels numpy scipy pandas patsy packaging
streamlit altair numpy pandas pyarrow pillow requests tornado click packaging protobuf gitpython tenacity toml cachetools
tensorflow numpy h5py protobuf keras
torch numpy sympy networkx jinja2 filelock fsspec typing-extensions
transformers numpy huggingface-hub tokenizers safetensors requests pyyaml tqdm regex packaging filelock
uvicorn click h11
`;
