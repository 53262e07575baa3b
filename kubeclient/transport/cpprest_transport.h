// Transport over HTTP/1.1 and TLS. The library behind it (cpprestsdk) is seen by
// cpprest_transport.cc alone: a second transport can replace it without touching anything else
// (docs/design/004).
//
// What it adds to the contract of transport.h:
//   - redirects are returned, never followed (they would carry the token elsewhere);
//   - a proxy is used where the options name one, never because the environment does;
//   - a write is never sent twice: request bodies cannot be rewound, so the library cannot replay
//     them (C-016). A GET may be: it is asked again on a fresh connection when an idle one
//     was dead;
//   - deadlines and silence run on the core's TimerQueue: they fire when the core runs its timers.
// Not offered by the library: a bound on one chunk before it is received whole, the choice of TCP
// options, TLS to a proxy, giving up on a proxy that does not answer before kProxiedIdleMax (the
// caller is told at the deadline).
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

// Starts the network thread, and keeps the library from loading the machine's trust store into
// every connection. To be called early in main: the library would start forty threads of its own
// accord. One is enough: nothing in the library's client or in ours waits on it, and a second one
// only passes work back and forth with the first (docs/design/006). Later calls do nothing.
void InitializeNetworkThread();

struct TransportOptions {
  std::string
      server;  // https://HOST:PORT, optionally with a path; http:// as well (tests, loopback)
  TlsMaterial tls;
  std::shared_ptr<CredentialSource> credentials;  // null = no Authorization header
  std::vector<HttpHeader> headers;                // of every request: impersonation
  ProxyUrl proxy;                                 // https:// servers only
  std::string user_agent = "windlass";
  // Core thread: the server answered 401, or one side's certificate was refused. Called before the
  // request's handler; may call ReplaceTls, not the transport's other functions.
  std::function<void()> on_refused;
};

struct TransportCounters {
  size_t calls = 0;  // open now
  size_t streams = 0;
  size_t waiting_bytes = 0;       // received, not yet delivered, over all streams
  size_t waiting_bytes_peak = 0;  // the streams that are open now, each at its peak
};

// Core thread only.
class CppRestTransport final : public Transport {
 public:
  // kConfig when an option cannot work. The references must outlive the transport; `clock` must be
  // thread-safe.
  static Result<std::unique_ptr<CppRestTransport>> Create(const Clock& clock, TimerQueue& timers,
                                                          Inbox& inbox, TransportOptions options);

  // Cancels everything and waits (at most kTransportCloseMax). No handler comes any more. Must
  // happen before main returns, outside of any handler.
  ~CppRestTransport() override;

  CallId Call(HttpRequest request, ReplyHandler reply) override;
  CallId Stream(HttpRequest request, StreamHandler handler) override;
  void Cancel(CallId id) override;

  // New connections with this material from now on. Calls under way end on their old connections;
  // streams that have begun end as if the server had ended them, and are asked for anew. kConfig
  // when the material cannot be used: then nothing changes.
  Status ReplaceTls(const TlsMaterial& tls);

  TransportCounters counters() const;

 private:
  struct Impl;
  explicit CppRestTransport(std::shared_ptr<Impl> impl);

  std::shared_ptr<Impl> impl_;
};

}  // namespace windlass
