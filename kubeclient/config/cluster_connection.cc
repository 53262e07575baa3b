#include "kubeclient/config/cluster_connection.h"

#include <optional>
#include <utility>

#include "kubeclient/base/lifetime.h"
#include "kubeclient/config/exec_plugin.h"
#include "kubeclient/config/tls_file_watch.h"
#include "kubeclient/transport/cpprest_transport.h"
#include "kubeclient/transport/postbox.h"

namespace windlass {

struct ClusterConnection::Impl {
  Impl(Log& log_, Inbox& inbox) : log(log_), postbox(std::make_shared<Postbox>(inbox)) {}

  std::shared_ptr<CredentialSource> Credentials(const ClientConfig& config, const Clock& clock,
                                                Duration period);
  Status Use(TlsMaterial next);
  void UseCertificate(std::string certificate_pem, Secret key_pem);

  Log& log;
  const std::shared_ptr<Postbox> postbox;  // how the plugin's thread reaches the core thread
  Lifetime lifetime;
  std::weak_ptr<ExecPlugin> plugin;  // owned by the transport; empty if there is none
  TlsMaterial tls;                   // what the transport uses now
  std::unique_ptr<CppRestTransport> transport;
  std::optional<TlsFileWatch> files;
};

std::shared_ptr<CredentialSource> ClusterConnection::Impl::Credentials(const ClientConfig& config,
                                                                       const Clock& clock,
                                                                       Duration period) {
  if (config.exec) {
    auto use = lifetime.Guard([this](const std::string& certificate, const Secret& key) {
      UseCertificate(certificate, key);
    });
    const auto made = std::make_shared<ExecPlugin>(
        clock, log, *config.exec,
        [door = postbox, use](std::string certificate_pem, const Secret& key_pem) {
          door->Post([use, certificate = std::move(certificate_pem), key_pem]() mutable {
            use(certificate, key_pem);
          });
        });
    plugin = made;
    return made;
  }
  if (!config.token_file.empty()) {
    return std::make_shared<TokenFileSource>(clock, log, config.token_file, period);
  }
  if (!config.token.empty()) {
    return std::make_shared<FixedCredentials>(BearerHeader(config.token));
  }
  if (config.username.empty()) return nullptr;
  return std::make_shared<FixedCredentials>(BasicHeader(config.username, config.password));
}

Status ClusterConnection::Impl::Use(TlsMaterial next) {
  const Status used = transport->ReplaceTls(next);
  if (used.ok()) tls = std::move(next);
  return used;
}

// Core thread. Uses a client certificate that ExecPlugin got and checked. Requests wait in the
// ExecPlugin until CertificateInUse is called, so that none leaves with the old certificate. If
// the transport refuses the new certificate, the old one stays in use and the requests go on.
void ClusterConnection::Impl::UseCertificate(std::string certificate_pem, Secret key_pem) {
  TlsMaterial next = tls;
  next.certificate_pem = std::move(certificate_pem);
  next.key_pem = std::move(key_pem);
  const Status used = Use(std::move(next));
  if (!used.ok()) log.Error(used.error().message);
  if (const auto waiting = plugin.lock()) waiting->CertificateInUse();
}

ClusterConnection::ClusterConnection(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<ClusterConnection>> ClusterConnection::Open(const ClientConfig& config,
                                                                   const Clock& clock, Log& log,
                                                                   TimerQueue& timers, Inbox& inbox,
                                                                   Options options) {
  auto impl = std::make_unique<Impl>(log, inbox);
  impl->tls = config.tls;
  TransportOptions transport;
  transport.server = config.server;
  transport.proxy = config.proxy;
  transport.tls = config.tls;
  transport.headers = config.headers;
  transport.user_agent = std::move(options.user_agent);
  transport.credentials = impl->Credentials(config, clock, options.poll_period);
  transport.on_refused = [raw = impl.get()] {
    if (raw->files) raw->files->LookNow();
  };
  WINDLASS_TRY(impl->transport,
               CppRestTransport::Create(clock, timers, inbox, std::move(transport)));
  // Replaces only the parts that come from files, because a plugin may have changed the others.
  impl->files.emplace(clock, log, timers, config.tls_files, config.tls, options.poll_period,
                      [raw = impl.get(), from = config.tls_files](const TlsMaterial& read) {
                        TlsMaterial next = raw->tls;
                        if (!from.ca.empty()) next.ca_pem = read.ca_pem;
                        if (!from.certificate.empty()) next.certificate_pem = read.certificate_pem;
                        if (!from.key.empty()) next.key_pem = read.key_pem;
                        return raw->Use(std::move(next));
                      });
  return std::unique_ptr<ClusterConnection>(new ClusterConnection(std::move(impl)));
}

ClusterConnection::~ClusterConnection() {
  impl_->postbox->Close();
  impl_->files.reset();
  impl_->transport.reset();
}

Transport& ClusterConnection::transport() { return *impl_->transport; }

}  // namespace windlass
