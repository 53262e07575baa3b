// Transport over HTTP/1.1 and TLS. Only cpprest_transport.cc uses the library behind it
// (cpprestsdk), so a second transport can replace this one without a change elsewhere
// (docs/design/004).
//
// In addition to the contract of transport.h:
//   - redirects are returned and not followed, because following them would send the token to
//     another server;
//   - a proxy is used only if the options name one; the environment is ignored;
//   - a write is never sent twice, because the library cannot rewind a request's body (C-016). But
//     a GET may be sent twice: if an idle connection turns out to be dead, the library repeats the
//     GET on a new connection;
//   - deadlines and limits on silence are timers of the core's TimerQueue, so they fire when that
//     queue runs.
// What the library does not offer:
//   - a limit on the size of a chunk, or of an answer's headers, while they arrive.
//     EndUnopenedTunnels (own_connections.h) adds one, but only for a proxy's answer to CONNECT;
//   - TCP options;
//   - TLS to a proxy;
//   - a way to close the connection to a proxy that does not answer. The caller gets its error at
//     the deadline, but the connection stays open for kProxiedIdleMax, or until the transport is
//     destroyed.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kubeclient/base/clock.h"
#include "kubeclient/base/inbox.h"
#include "kubeclient/base/result.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/transport/credentials.h"
#include "kubeclient/transport/http_header.h"
#include "kubeclient/transport/proxy_url.h"
#include "kubeclient/transport/tls_material.h"
#include "kubeclient/transport/transport.h"

namespace windlass {

// How long the library keeps a silent connection through a proxy. While the transport lives,
// nothing else closes a connection on which the proxy never answers.
// A watch may be silent for kWatchIdle. The value is longer than that, so that the library does not
// close such a watch.
inline constexpr Duration kProxiedIdleMax = seconds(180);
// How long closing may take. Calls are cancelled within milliseconds; only a name look-up cannot be
// cancelled.
inline constexpr Duration kTransportCloseMax = seconds(5);

// Starts the network thread, and keeps the library from loading the machine's trust store into
// every connection (HideSystemTrust). Call this early in main: otherwise the library starts forty
// threads when it is first used. Later calls do nothing.
// One thread is enough, because neither the library's client nor our code blocks it
// (docs/design/006).
void InitializeNetworkThread();

struct TransportOptions {
  std::string
      server;  // https://HOST:PORT, optionally with a path; http:// as well (tests, loopback)
  TlsMaterial tls;
  std::shared_ptr<CredentialSource> credentials;  // null = no Authorization header
  std::vector<HttpHeader> headers;                // sent with every request: impersonation
  ProxyUrl proxy;                                 // https:// servers only
  std::string user_agent;                         // required
  // Called on the core thread, before the request's handler, when the server answers 401 or either
  // side refuses the TLS handshake. The callback may call ReplaceTls, but no other function of the
  // transport. May be null.
  std::function<void()> on_refused;
};

struct TransportCounters {
  size_t calls = 0;               // open now
  size_t streams = 0;             // open now
  size_t waiting_bytes = 0;       // received but not delivered, sum over the open streams
  size_t waiting_bytes_peak = 0;  // sum of each open stream's peak
};

// Core thread only.
class CppRestTransport final : public Transport {
 public:
  // Returns kConfig if an option cannot work. The references must outlive the transport; `clock`
  // must be thread-safe.
  static Result<std::unique_ptr<CppRestTransport>> Create(const Clock& clock, TimerQueue& timers,
                                                          Inbox& inbox, TransportOptions options);

  // Cancels every call and stream without calling their handlers, and waits up to
  // kTransportCloseMax for the network thread. Destroy the transport before main returns, and never
  // from a handler.
  ~CppRestTransport() override;

  CallId Call(HttpRequest request, ReplyHandler reply) override;
  CallId Stream(HttpRequest request, StreamHandler handler) override;
  void Cancel(CallId id) override;

  // Uses `tls` for every new connection from now on:
  //   - calls that have been sent end on their old connections;
  //   - streams that have a 200 response end as if the server had ended them, so that their owners
  //     open them again.
  // Returns kConfig, and changes nothing, if `tls` cannot be used.
  Status ReplaceTls(const TlsMaterial& tls);

  TransportCounters counters() const;

 private:
  struct Impl;
  explicit CppRestTransport(std::shared_ptr<Impl> impl);

  std::shared_ptr<Impl> impl_;
};

}  // namespace windlass
