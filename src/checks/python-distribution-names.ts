// Python packages whose imported name is not the one they are declared by, and what some of them bring along.

// Facts from the packages' own metadata, where the two names differ and guessing would not do; gathered with the help of
// the lists that Pants (`default_module_mapping.py`) and pipreqs (`mapping`) keep for the same purpose, and tried on the
// imports that Pyodide records of some 250 packages.
// One import a line, then the distributions that bring it, the usual one first; all in normalised form (PEP 503).
export const importNames = `
_pytest pytest
absl absl-py
actstream django-activity-stream
adafruit_dht adafruit-circuitpython-dht
airflow apache-airflow
allauth django-allauth
ansible ansible-core ansible
antlr4 antlr4-python3-runtime
apiclient google-api-python-client
apt python-apt
arango python-arango
argon2 argon2-cffi
atlassian atlassian-python-api
attr attrs
audioop audioop-lts
auth0 auth0-python
avro avro avro-python3
barcode python-barcode
bidi python-bidi
binance python-binance
Bio biopython
BioSQL biopython
bluetooth pybluez
bs4 beautifulsoup4 bs4
bson pymongo
cairo pycairo
can python-can
cassandra cassandra-driver
cattr cattrs
colors ansicolors
community python-louvain
consul python-consul
corsheaders django-cors-headers
crispy_forms django-crispy-forms
crontab python-crontab
Crypto pycryptodome pycrypto
Cryptodome pycryptodomex
cupy cupy-cuda12x cupy-cuda11x
cv2 opencv-python opencv-python-headless opencv-contrib-python opencv-contrib-python-headless
cvxpy cvxpy cvxpy-base
daemon python-daemon
databricks.sql databricks-sql-connector
datahub acryl-datahub
dateutil python-dateutil
dbus dbus-python
debug_toolbar django-debug-toolbar
decouple python-decouple
delta delta-spark
discord discord-py py-cord
django_filters django-filter
dns dnspython
docx python-docx
dotenv python-dotenv
easy_install setuptools
edgegrid edgegrid-python
editor python-editor
elasticapm elastic-apm
engineio python-engineio
environ django-environ environ-config
erfa pyerfa
factory factory-boy
faiss faiss-cpu faiss-gpu
faust faust-streaming faust
ffmpeg ffmpeg-python
fitz pymupdf
flaskext flask
fluent fluent-logger
fpdf fpdf2 fpdf
frontmatter python-frontmatter
geohash python-geohash
gi pygobject
git gitpython
github pygithub
gitlab python-gitlab
google.ads google-ads
google.analytics google-analytics-data
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
healthcheck py-healthcheck
hydra hydra-core
igraph igraph python-igraph
imblearn imbalanced-learn
impala impyla
jack jack-client
jenkins python-jenkins
jose python-jose
jpype jpype1
jwt pyjwt
kafka kafka-python kafka-python-ng
keycloak python-keycloak
langchain_core langchain-core langchain
lark lark lark-parser
ldap python-ldap
ldapurl python-ldap
ldclient launchdarkly-server-sdk
ldif python-ldap
Levenshtein levenshtein python-levenshtein
llama_index llama-index llama-index-core
magic python-magic python-magic-bin
mailparser mail-parser
memcache python-memcached
mpl_toolkits matplotlib
msgpack msgpack u-msgpack-python
multipart python-multipart
mypyc mypy
mysql.connector mysql-connector-python mysql-connector
MySQLdb mysqlclient mysql-python
nacl pynacl
nats nats-py
newspaper newspaper3k
nmap python-nmap
notifications django-notifications-hq
oauth2_provider django-oauth-toolkit
odf odfpy
office365 office365-rest-python-client
OpenGL pyopengl
openid python3-openid
opensearchpy opensearch-py
OpenSSL pyopenssl
opentelemetry opentelemetry-api
osgeo gdal
paho paho-mqtt
past future
patoolib patool
pdfminer pdfminer-six
phonenumbers phonenumbers phonenumberslite
PIL pillow pillow-simd
piptools pip-tools
pkg_resources setuptools
playhouse peewee
polars polars polars-lts-cpu polars-u64-idx
pptx python-pptx
prestodb presto-python-client
progressbar progressbar2
prophet prophet fbprophet
psqlextra django-postgres-extra
psycopg psycopg psycopg-binary psycopg-c
psycopg2 psycopg2-binary psycopg2 psycopg2cffi
psycopg_pool psycopg-pool psycopg
pulsar pulsar-client
pygame pygame pygame-ce
pykube pykube-ng
pylab matplotlib
pylsp_jsonrpc python-lsp-jsonrpc
pysat python-sat
pythoncom pywin32
pythonjsonlogger python-json-logger
pywt pywavelets
pyximport cython
readability readability-lxml
rediscluster redis-py-cluster
rest_framework djangorestframework
rest_framework_simplejwt djangorestframework-simplejwt
RPi rpi-gpio
ruamel ruamel-yaml
saml2 pysaml2
sass libsass
scss pyscss
serial pyserial
shapefile pyshp
sisl_toolbox sisl
skimage scikit-image
sklearn scikit-learn
skopt scikit-optimize
skvideo scikit-video
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
stomp stomp-py
storages django-storages
strawberry strawberry-graphql
tables tables pytables
tabula tabula-py
taggit django-taggit
talib ta-lib
telebot pytelegrambotapi
telegram python-telegram-bot
tensorflow tensorflow tensorflow-cpu tensorflow-gpu tensorflow-macos
tlz toolz
two_factor django-two-factor-auth
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
Xlib python-xlib
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
