// The only file that uses cpprestsdk (docs/design/004 says why).
//
// Three rules keep the library from ending the process:
//   - every task chain ends in a continuation that reads the exception;
//   - no function that the library calls throws;
//   - the library's clients are destroyed before main returns.
#include "kubeclient/transport/cpprest_transport.h"

#include <cpprest/http_client.h>
#include <openssl/err.h>
#include <pplx/threadpool.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <stdexcept>
#include <utility>

#include "kubeclient/base/answer_size.h"
#include "kubeclient/transport/exchange_table.h"
#include "kubeclient/transport/failure.h"
#include "kubeclient/transport/own_connections.h"
#include "kubeclient/transport/postbox.h"
#include "kubeclient/transport/proxy_failure.h"
#include "kubeclient/transport/retry_after.h"
#include "kubeclient/transport/server_url.h"
#include "kubeclient/transport/system_trust.h"

namespace windlass {
namespace {

namespace http = web::http;
using ByteStream = concurrency::streams::details::streambuf_state_manager<uint8_t>;
using StreamBuffer = concurrency::streams::streambuf<uint8_t>;

// How long the library keeps a connection on which nothing happens.
// This limit matters only if the core thread is stuck. Normally our deadlines end a dead connection
// sooner; they are timers of the core thread.
constexpr Duration kConnectionIdleMax = seconds(600);

// A stream that supports no operation. RequestBody (below) adds reading, and ResponseBody adds
// writing.
class OneWayStream : public ByteStream {
 public:
  explicit OneWayStream(std::ios_base::openmode mode) : ByteStream(mode) {}

  bool can_seek() const override { return false; }
  bool has_size() const override { return false; }
  size_t buffer_size(std::ios_base::openmode) const override { return 0; }
  void set_buffer_size(size_t, std::ios_base::openmode) override {}
  size_t in_avail() const override { return 0; }
  pos_type getpos(std::ios_base::openmode) const override { return pos_type(traits::eof()); }
  pos_type seekpos(pos_type, std::ios_base::openmode) override { return pos_type(traits::eof()); }
  pos_type seekoff(off_type, std::ios_base::seekdir, std::ios_base::openmode) override {
    return pos_type(traits::eof());
  }
  // close must return a finished task: the library blocks the network thread until the task is
  // done, and no other thread could finish it.
  using ByteStream::close;
  pplx::task<void> close(std::ios_base::openmode mode) override {
    if ((mode & std::ios_base::in) != 0) _close_read();
    if ((mode & std::ios_base::out) != 0) _close_write();
    return pplx::task_from_result();
  }
  bool acquire(uint8_t*& bytes, size_t& count) override {
    bytes = nullptr;
    count = 0;
    return false;
  }
  void release(uint8_t*, size_t) override {}

 protected:
  pplx::task<int_type> _putc(uint8_t) override { return End(); }
  pplx::task<size_t> _putn(const uint8_t*, size_t) override {
    return pplx::task_from_result<size_t>(0);
  }
  pplx::task<int_type> _bumpc() override { return End(); }
  int_type _sbumpc() override { return traits::eof(); }
  pplx::task<int_type> _getc() override { return End(); }
  int_type _sgetc() override { return traits::eof(); }
  pplx::task<int_type> _nextc() override { return End(); }
  pplx::task<int_type> _ungetc() override { return End(); }
  pplx::task<size_t> _getn(uint8_t*, size_t) override { return pplx::task_from_result<size_t>(0); }
  size_t _scopy(uint8_t*, size_t) override { return 0; }
  pplx::task<bool> _sync() override { return pplx::task_from_result(true); }
  uint8_t* _alloc(size_t) override { return nullptr; }
  void _commit(size_t) override {}

 private:
  static pplx::task<int_type> End() { return pplx::task_from_result<int_type>(traits::eof()); }
};

// A request's body. The library cannot rewind it, and hence cannot send a write twice.
class RequestBody final : public OneWayStream {
 public:
  explicit RequestBody(std::string bytes)
      : OneWayStream(std::ios_base::in), bytes_(std::move(bytes)) {
    // We cannot hold an empty body back, so we must assume that the library has sent the request.
    if (bytes_.empty()) state_ = State::kHandedOver;
  }

  // Core or network thread. Withholds the body from the library, unless the library has begun to
  // read it. Returns true if the body is withheld, so the server cannot receive the whole request.
  // Returns false if the library may have sent the body.
  bool Withdraw() {
    State held = State::kHeld;
    return state_.compare_exchange_strong(held, State::kWithdrawn) || held == State::kWithdrawn;
  }

 protected:
  pplx::task<size_t> _getn(uint8_t* into, size_t count) override {
    State held = State::kHeld;
    state_.compare_exchange_strong(held, State::kHandedOver);
    if (held == State::kWithdrawn) return pplx::task_from_result<size_t>(0);
    const size_t taken = bytes_.copy(reinterpret_cast<char*>(into), count, position_);
    position_ += taken;
    return pplx::task_from_result(taken);
  }

 private:
  enum class State : uint8_t { kHeld, kHandedOver, kWithdrawn };

  const std::string bytes_;
  size_t position_ = 0;
  std::atomic<State> state_ = State::kHeld;
};

// Passes the bytes of a response to a ByteSink, and the sink's answer to the library:
//   kAll      a finished task: the library reads on;
//   kLater    an unfinished task: the library reads nothing until the sink calls `resume`;
//   kRefused  a task with an exception: the library closes the connection.
class ResponseBody final : public OneWayStream {
 public:
  explicit ResponseBody(std::shared_ptr<ByteSink> sink)
      : OneWayStream(std::ios_base::out), sink_(std::move(sink)) {}

 protected:
  pplx::task<size_t> _putn(const uint8_t* bytes, size_t count) override {
    const pplx::task_completion_event<size_t> taken;
    const auto settle = [taken, count](bool more) {
      if (more) {
        taken.set(count);
      } else {
        taken.set_exception(std::make_exception_ptr(std::runtime_error("response refused")));
      }
    };
    const std::string_view view(reinterpret_cast<const char*>(bytes), count);
    const Taken answer = sink_->Put(view, settle);
    if (answer != Taken::kLater) settle(answer == Taken::kAll);
    return pplx::create_task(taken);
  }

 private:
  const std::shared_ptr<ByteSink> sink_;
};

// How many exchanges have started and have no response headers yet. An exchange that we have given
// up counts until the library reports its end.
using Unanswered = std::atomic<int>;

// The network half's object for one call or stream. The core thread's half is ExchangeTable.
class CpprestExchange final : public HttpExchange {
 public:
  // `lines` is null for a call; `route` is null if there is no proxy.
  CpprestExchange(const HttpRequest& request, std::string name,
                  std::shared_ptr<const ProxyRoute> route, std::shared_ptr<LineSink> lines)
      : read_only_(request.method == HttpMethod::kGet),
        name_(std::move(name)),
        route_(std::move(route)),
        lines_(std::move(lines)),
        body_(std::make_shared<BodySink>()) {}

  // Core thread, before the request is handed to the library: from now on the request may reach the
  // server.
  void SetStarted(std::shared_ptr<Unanswered> unanswered) {
    started_ = true;
    unanswered_ = std::move(unanswered);
    ++*unanswered_;
  }
  // Core thread, before SetStarted.
  void SetRequestBody(std::shared_ptr<RequestBody> body) { request_body_ = std::move(body); }

  bool Stop() override {
    const bool not_sent = !started_ || (request_body_ && request_body_->Withdraw());
    cancel_.cancel();
    return not_sent;
  }
  int status() const override { return status_; }
  LineSink* lines() override { return lines_.get(); }
  std::string name() const override { return name_; }

  pplx::cancellation_token token() const { return cancel_.get_token(); }
  std::shared_ptr<ByteSink> sink() const {
    if (lines_) return lines_;
    return body_;
  }

  // Network thread: the response headers have arrived. A part of the body may have arrived, too.
  void HeadersArrived(const http::http_response& response) {
    --*unanswered_;
    outcome_.status = response.status_code();
    outcome_.content_type = Header(response, "Content-Type");
    outcome_.retry_after = ParseRetryAfter(Header(response, "Retry-After"));
    status_ = outcome_.status;
    if (lines_) lines_->HeadersArrived(outcome_.status < 200 || outcome_.status > 299);
  }

  // Network thread, once, after everything else: returns how the exchange ended.
  ExchangeOutcome Ended(const pplx::task<http::http_response>& done) {
    if (status_ == 0) --*unanswered_;
    try {
      done.get();
      if (!lines_) outcome_.body = body_->Take();
      if (outcome_.status < 200) {
        outcome_.error = Failed(ErrorKind::kAmbiguous,
                                "the server sent HTTP " + std::to_string(outcome_.status) +
                                    ", an informational response, instead of an answer");
      }
    } catch (const http::http_exception& failure) {
      outcome_.error = Failed(failure);
    } catch (const std::exception& failure) {
      outcome_.error = Failed(ErrorKind::kAmbiguous, failure.what());
    }
    if (!lines_ && body_->too_large()) {
      const ErrorKind kind = read_only_ ? ErrorKind::kTooLarge : ErrorKind::kAmbiguous;
      outcome_.error = Failed(
          kind, "the response is larger than " + std::to_string(kBodyBytesMax >> 20U) + " MiB");
    }
    return std::move(outcome_);
  }

 private:
  static std::string Header(const http::http_response& response, const std::string& name) {
    const auto found = response.headers().find(name);
    return found == response.headers().end() ? std::string() : found->second;
  }

  Error Failed(ErrorKind kind, std::string text) const {
    return Error{kind, std::move(text)}.Context(name_);
  }
  Error Failed(const http::http_exception& failure) const {
    const std::optional<ProxyFailure> at_proxy = ProxyFailureOf(failure.what());
    if (route_ && at_proxy) {
      Error error = Failed(ErrorKind::kNotSent, route_->Explain(*at_proxy));
      error.http_status = kNoTunnel;
      return error;
    }
    const long code = failure.error_code().value();
    const bool sent = status_ != 0 || !request_body_ || !request_body_->Withdraw();
    const ErrorKind kind = Classify({code, failure.what(), read_only_, sent});
    std::string text = failure.what();
    if (kind == ErrorKind::kTls) {
      const char* reason = ERR_reason_error_string(static_cast<unsigned long>(code));
      if (reason != nullptr) text.append(" (").append(reason).append(")");
    }
    return Failed(kind, std::move(text));
  }

  const bool read_only_;
  const std::string name_;
  const std::shared_ptr<const ProxyRoute> route_;
  const std::shared_ptr<LineSink> lines_;
  const std::shared_ptr<BodySink> body_;
  std::shared_ptr<RequestBody> request_body_;  // null for a GET
  bool started_ = false;                       // core thread only
  std::shared_ptr<Unanswered> unanswered_;     // set by SetStarted
  pplx::cancellation_token_source cancel_;
  std::atomic<int> status_ = 0;
  ExchangeOutcome outcome_;  // network thread only
};

const char* MethodName(HttpMethod method) {
  switch (method) {
    case HttpMethod::kGet: return "GET";
    case HttpMethod::kPost: return "POST";
    case HttpMethod::kPut: return "PUT";
    case HttpMethod::kPatch: return "PATCH";
    case HttpMethod::kDelete: return "DELETE";
  }
  return "GET";
}

// Returns "scheme://host:port/path", with an IPv6 host without brackets: "https://fd00::1:6443".
// The library passes the host to the resolver as written, and a resolver refuses brackets. The
// library can parse the host without brackets, because a port always follows.
http::uri Address(const std::string& scheme, const std::string& host, uint16_t port,
                  const std::string& path = "") {
  return http::uri(scheme + "://" + host + ":" + std::to_string(port) + path);
}

// Returns the URL that the library connects to.
// Without a proxy, this machine looks up the host: the URL has the form that Address gives it.
// With a proxy, the proxy looks up the host: the URL stays as it was configured.
http::uri BaseUri(const ServerUrl& server, const ProxyUrl& proxy) {
  if (!proxy.host.empty()) return http::uri(server.Text());
  return Address(server.https ? "https" : "http", server.host, server.port, server.path);
}

// Adds `added` to `headers`. The library keeps one value per name and writes it unchanged, so a
// second header of the same name is appended to the first one's value: "one\r\nName: two". The
// caller has checked names and values.
void AddHeaders(const std::vector<HttpHeader>& added, http::http_headers& headers) {
  for (const HttpHeader& header : added) {
    if (headers.has(header.name)) {
      headers[header.name] += "\r\n" + header.name + ": " + header.value;
    } else {
      headers.add(header.name, header.value);
    }
  }
}

http::client::http_client_config LibraryConfig(const TransportOptions& options,
                                               const ServerUrl& server, bool insecure,
                                               std::shared_ptr<const TlsIdentity> identity) {
  http::client::http_client_config config;
  config.set_max_redirects(0);
  const bool proxied = !options.proxy.host.empty();
  const Duration idle = proxied ? kProxiedIdleMax : kConnectionIdleMax;
  config.set_timeout(std::chrono::duration_cast<seconds>(idle));
  if (proxied) {
    web::web_proxy proxy(Address("http", options.proxy.host, options.proxy.port));
    const std::string& user = options.proxy.user;
    // Sets credentials only if there is a user, because with credentials the library leaks 32 bytes
    // per tunnel (cpprestsdk issue 1808).
    if (!user.empty()) {
      proxy.set_credentials({user, std::string(options.proxy.password.Reveal())});
    }
    config.set_proxy(std::move(proxy));
  }
  if (!server.https) return config;
  config.set_tlsext_sni_enabled(false);  // TlsIdentity sends the SNI and checks the name
  config.set_validate_certificates(!insecure);
  config.set_ssl_context_callback(
      [identity = std::move(identity)](boost::asio::ssl::context& context) {
        identity->Apply(context.native_handle());
      });
  return config;
}

}  // namespace

void InitializeNetworkThread() {
  HideSystemTrust();
  try {
    crossplat::threadpool::initialize_with_threads(1);
  } catch (const std::runtime_error&) {  // NOLINT(bugprone-empty-catch): the threads run already
  }
}

using Clients = std::array<std::unique_ptr<http::client::http_client>, 3>;  // indexed by CallClass

struct CppRestTransport::Impl : std::enable_shared_from_this<Impl> {
  Impl(const Clock& clock_, TimerQueue& timers_, Inbox& inbox, TransportOptions options_,
       ServerUrl server_)
      : clock(clock_),
        options(std::move(options_)),
        server(std::move(server_)),
        route(options.proxy.host.empty()
                  ? nullptr
                  : std::make_shared<ProxyRoute>(ProxyRoute{options.proxy, server.Authority()})),
        postbox(std::make_shared<Postbox>(inbox)),
        timers(timers_),
        table(clock_, timers_,
              [this](std::function<void()> message) { Post(std::move(message)); }) {}

  // Posts `message` to the core thread, which drops it if the transport is destroyed in the
  // meantime.
  void Post(std::function<void()> message) {
    postbox->Post([weak = weak_from_this(), run = std::move(message)] {
      if (const std::shared_ptr<Impl> alive = weak.lock()) run();
    });
  }

  std::string NameOf(const HttpRequest& request) const {
    const std::string_view target = request.target;
    return std::string(MethodName(request.method)) + " " + server.Text() +
           std::string(target.substr(0, target.find('?'))) + (route ? " " + route->Text() : "");
  }
  http::client::http_client& ClientOf(CallClass call_class) {
    return *clients[static_cast<size_t>(call_class)];
  }

  http::http_request ToMessage(HttpRequest& request, const Secret& authorization,
                               CpprestExchange& exchange) const;
  void Start(CallId id, HttpRequest request, const std::shared_ptr<CpprestExchange>& exchange);
  void Authorized(CallId id, HttpRequest request, const std::shared_ptr<CpprestExchange>& exchange,
                  const Result<Secret>& authorization);
  void Send(CallId id, HttpRequest request, const std::shared_ptr<CpprestExchange>& exchange,
            const Secret& authorization);
  void Opened(CallId id);
  void LookAtTunnels();
  void FinishLater(CallId id, Error error);
  void Ended(CallId id, ExchangeOutcome outcome);
  Status UseTls(const TlsMaterial& tls);
  Clients NewClients(const http::client::http_client_config& from) const;

  const Clock& clock;
  const TransportOptions options;
  const ServerUrl server;
  const std::shared_ptr<const ProxyRoute> route;  // null without a proxy
  http::client::http_client_config config;
  Clients clients;
  const std::shared_ptr<Postbox> postbox;
  const std::shared_ptr<Unanswered> unanswered = std::make_shared<Unanswered>(0);
  TimerQueue& timers;
  TimerId look = 0;  // the next LookAtTunnels; 0 if none is needed
  ExchangeTable table;
};

Clients CppRestTransport::Impl::NewClients(const http::client::http_client_config& from) const {
  Clients made;
  const http::uri base = BaseUri(server, options.proxy);
  for (auto& client : made) client = std::make_unique<http::client::http_client>(base, from);
  return made;
}

Status CppRestTransport::Impl::UseTls(const TlsMaterial& tls) {
  std::shared_ptr<const TlsIdentity> identity;
  if (server.https) {
    WINDLASS_TRY(identity, TlsIdentity::Parse(tls, server.host));
  }
  try {
    auto next = LibraryConfig(options, server, tls.insecure_skip_verify, std::move(identity));
    clients = NewClients(next);
    config = std::move(next);
  } catch (const std::exception& failure) {
    return Error{ErrorKind::kConfig, "server " + server.Text() + ": " + failure.what()};
  }
  return Unit{};
}

http::http_request CppRestTransport::Impl::ToMessage(HttpRequest& request,
                                                     const Secret& authorization,
                                                     CpprestExchange& exchange) const {
  http::http_request message(MethodName(request.method));
  message.set_request_uri(http::uri(request.target));
  http::http_headers& headers = message.headers();
  headers.add("Host", server.Authority());
  headers.add("Accept", request.accept);
  headers.add("User-Agent", options.user_agent);
  AddHeaders(options.headers, headers);
  if (!authorization.empty()) {
    headers.add("Authorization", std::string(authorization.Reveal()));
  }
  if (request.method != HttpMethod::kGet) {
    const size_t length = request.body.size();
    const auto body = std::make_shared<RequestBody>(std::move(request.body));
    exchange.SetRequestBody(body);
    message.set_body(StreamBuffer(body).create_istream(), length, request.content_type);
  }
  const auto response = std::make_shared<ResponseBody>(exchange.sink());
  message.set_response_stream(StreamBuffer(response).create_ostream());
  return message;
}

void CppRestTransport::Impl::Start(CallId id, HttpRequest request,
                                   const std::shared_ptr<CpprestExchange>& exchange) {
  if (!options.credentials) return Send(id, std::move(request), exchange, Secret());
  const auto waiting = std::make_shared<HttpRequest>(std::move(request));
  auto later = [weak = weak_from_this(), door = postbox, id, waiting,
                exchange](Result<Secret> authorization) {
    door->Post([weak, id, waiting, exchange, authorization = std::move(authorization)] {
      if (const auto alive = weak.lock()) {
        alive->Authorized(id, std::move(*waiting), exchange, authorization);
      }
    });
  };
  const auto at_hand = options.credentials->Authorization(std::move(later));
  if (at_hand) Authorized(id, std::move(*waiting), exchange, *at_hand);
}

void CppRestTransport::Impl::Authorized(CallId id, HttpRequest request,
                                        const std::shared_ptr<CpprestExchange>& exchange,
                                        const Result<Secret>& authorization) {
  if (!table.Has(id)) return;  // cancelled or timed out while it waited for the credentials
  if (!authorization.ok()) {
    return FinishLater(id, Error(authorization.error()).Context(exchange->name()));
  }
  if (!IsHeaderValue(authorization->Reveal())) {
    return FinishLater(
        id, Error{ErrorKind::kConfig,
                  "the credentials have characters that are not allowed in an HTTP header"}
                .Context(exchange->name()));
  }
  Send(id, std::move(request), exchange, *authorization);
}

void CppRestTransport::Impl::Send(CallId id, HttpRequest request,
                                  const std::shared_ptr<CpprestExchange>& exchange,
                                  const Secret& authorization) {
  try {
    const http::http_request message = ToMessage(request, authorization, *exchange);
    const MonotonicTime started = clock.Now();
    exchange->SetStarted(unanswered);
    if (route && look == 0) LookAtTunnels();
    postbox->Enter();
    ClientOf(request.call_class)
        .request(message, exchange->token())
        .then([exchange, id, weak = weak_from_this(),
               door = postbox](const http::http_response& response) {
          const int status = response.status_code();
          if (exchange->lines() != nullptr && status >= 200 && status <= 299) {
            // Post Opened before HeadersArrived is called. HeadersArrived allows the first line to
            // be delivered, and on_open must come before on_line.
            door->Post([weak, id] {
              if (const auto alive = weak.lock()) alive->Opened(id);
            });
          }
          exchange->HeadersArrived(response);
          return response.content_ready();
        })
        .then([exchange, id, started, weak = weak_from_this(), door = postbox,
               source = std::weak_ptr(options.credentials)](
                  const pplx::task<http::http_response>& done) {
          ExchangeOutcome outcome = exchange->Ended(done);
          if (outcome.status == 401) {
            // Keep the source alive only during this call: once Leave (below) is called, the
            // transport's owner may destroy what the source uses.
            if (const auto credentials = source.lock()) credentials->Refused(started);
          }
          door->Post([weak, id, outcome = std::move(outcome)]() mutable {
            if (const auto alive = weak.lock()) alive->Ended(id, std::move(outcome));
          });
          door->Leave();
        });
  } catch (const std::exception& failure) {  // the target is not a URI
    FinishLater(id, Error{ErrorKind::kInvalid, failure.what()}.Context(exchange->name()));
  }
}

// Makes the kernel probe the connection. A stream may be silent for minutes, so only the kernel can
// find out whether its other end, the server or the proxy, still answers.
void CppRestTransport::Impl::Opened(CallId id) {
  KeepConnectionsAlive(route ? options.proxy.port : server.port);
  table.Open(id);
}

// Closes connections on which a proxy has sent at least kTunnelAnswerMax bytes before the tunnel is
// open. Sets a timer to look again while any request waits for its response headers.
void CppRestTransport::Impl::LookAtTunnels() {
  look = 0;
  if (*unanswered == 0) return;
  EndUnopenedTunnels(*route, kTunnelAnswerMax);
  look = timers.At(clock.Now() + kTunnelLookPeriod, [this] { LookAtTunnels(); });
}

void CppRestTransport::Impl::FinishLater(CallId id, Error error) {
  ExchangeOutcome never_started;
  never_started.error = std::move(error);
  Post([this, id, outcome = std::move(never_started)]() mutable {
    table.Finish(id, std::move(outcome));
  });
}

void CppRestTransport::Impl::Ended(CallId id, ExchangeOutcome outcome) {
  // After a 1xx answer the final answer is still to come on the same connection. Drops all
  // connections, so that no later request takes the final answer for its own.
  if (outcome.status >= 100 && outcome.status < 200) clients = NewClients(config);
  const bool refused =
      outcome.status == 401 || (outcome.error && outcome.error->kind == ErrorKind::kTls);
  if (refused && options.on_refused) options.on_refused();
  table.Finish(id, std::move(outcome));
}

CppRestTransport::CppRestTransport(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<CppRestTransport>> CppRestTransport::Create(const Clock& clock,
                                                                   TimerQueue& timers, Inbox& inbox,
                                                                   TransportOptions options) {
  WINDLASS_TRY(ServerUrl server, ParseServerUrl(options.server));
  if (!server.https && !options.proxy.host.empty()) {
    return Error{ErrorKind::kConfig,
                 "server " + server.Text() +
                     ": a proxy would see all requests in clear text: use https://, or no proxy"};
  }
  for (const HttpHeader& header : options.headers) {
    if (IsHeaderName(header.name) && IsHeaderValue(header.value)) continue;
    return Error{
        ErrorKind::kConfig,
        "header " + EscapeHeaderName(header.name) +
            ": its name is empty, or its name or value has characters that are not allowed "
            "in an HTTP header"};
  }
  if (options.user_agent.empty()) {
    return Error{ErrorKind::kConfig, "the user agent is empty: set it to the program's name"};
  }
  const TlsMaterial tls = std::move(options.tls);
  auto impl = std::make_shared<Impl>(clock, timers, inbox, std::move(options), std::move(server));
  const Status usable = impl->UseTls(tls);
  if (!usable.ok()) return usable.error();
  return std::unique_ptr<CppRestTransport>(new CppRestTransport(std::move(impl)));
}

CppRestTransport::~CppRestTransport() {
  impl_->postbox->Close();
  impl_->table.StopAll();
  for (auto& client : impl_->clients) client.reset();
  impl_->timers.Cancel(impl_->look);
  if (impl_->route) EndUnopenedTunnels(*impl_->route, 0);
  // If this wait times out, a look-up of a host name is still running. The look-up may outlive the
  // transport, but touches none of our objects.
  static_cast<void>(impl_->postbox->WaitUntilEmpty(kTransportCloseMax));
}

CallId CppRestTransport::Call(HttpRequest request, ReplyHandler reply) {
  const CallId id = impl_->table.NextId();
  auto exchange =
      std::make_shared<CpprestExchange>(request, impl_->NameOf(request), impl_->route, nullptr);
  impl_->table.AddCall(id, exchange, request.deadline, std::move(reply));
  impl_->Start(id, std::move(request), exchange);
  return id;
}

CallId CppRestTransport::Stream(HttpRequest request, StreamHandler handler) {
  const CallId id = impl_->table.NextId();
  auto arrived = [weak = std::weak_ptr<Impl>(impl_), door = impl_->postbox, id] {
    door->Post([weak, id] {
      if (const auto alive = weak.lock()) alive->table.DeliverLines(id);
    });
  };
  auto lines = std::make_shared<LineSink>(impl_->clock, LineSink::Limits{}, std::move(arrived));
  auto exchange = std::make_shared<CpprestExchange>(request, impl_->NameOf(request), impl_->route,
                                                    std::move(lines));
  impl_->table.AddStream(id, exchange, request.deadline, std::move(handler));
  impl_->Start(id, std::move(request), exchange);
  return id;
}

void CppRestTransport::Cancel(CallId id) { impl_->table.Cancel(id); }

Status CppRestTransport::ReplaceTls(const TlsMaterial& tls) {
  const Status used = impl_->UseTls(tls);
  if (used.ok()) impl_->table.EndStreams();
  return used;
}

TransportCounters CppRestTransport::counters() const {
  return {impl_->table.calls(), impl_->table.streams(), impl_->table.waiting_bytes(),
          impl_->table.waiting_bytes_peak()};
}

}  // namespace windlass
