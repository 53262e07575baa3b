// Credentials from a program: kubeconfig's "exec" (client.authentication.k8s.io/v1 and v1beta1).
// Source: client-go plugin/pkg/client/auth/exec/exec.go.
//
// A request runs the plugin if there are no valid credentials: before the first run, after they
// have expired, and after a 401. Requests that need new credentials wait for the end of a run. A
// thread of the ExecPlugin runs the plugin, never the core thread.
//
// Where we differ from client-go:
//   - Only an interactive plugin (ExecPluginConfig) has a terminal. It may take
//     kExecInteractiveMax, because a person has to log in.
//   - A request in the last kExecExpiryLeeway before the credentials expire starts a run, but does
//     not wait for it. If that run fails, the old credentials stay in use until they expire, and
//     the failure is logged once.
//   - The plugin does not run again within kExecPause after a run. If there are no valid
//     credentials during that pause, a request gets the result of the last run: an error, or
//     credentials that have expired or were refused by the server.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "kubeclient/base/clock.h"
#include "kubeclient/base/log.h"
#include "kubeclient/base/result.h"
#include "kubeclient/config/client_config.h"
#include "kubeclient/transport/credentials.h"

namespace windlass {

// How long a credential plugin may run, and how much it may write to standard output. A plugin that
// exceeds one of these limits is killed.
inline constexpr Duration kExecMax = seconds(60);
inline constexpr Duration kExecInteractiveMax = std::chrono::minutes(10);
inline constexpr size_t kExecOutputBytesMax = size_t{1} << 20U;
// If a request starts within this time before the credentials expire, the plugin is run to renew
// them.
inline constexpr Duration kExecExpiryLeeway = seconds(10);
// After a run, however it ended, the plugin is not run again for this long. Otherwise every request
// without valid credentials would run the plugin.
inline constexpr Duration kExecPause = seconds(5);

// What a plugin printed.
struct ExecCredential {
  Secret token;                     // empty = none
  std::string certificate_pem;      // empty = none
  Secret key_pem;                   // set if and only if certificate_pem is
  std::optional<WallTime> expires;  // nullopt = never
};

// Parses a plugin's output. Returns kConfig if
//   - the output is not an ExecCredential of `api_version`;
//   - the output has neither a token nor a client certificate;
//   - a client certificate comes without its key, or a key without its certificate;
//   - the token, the certificate, the key or the time of expiry is malformed.
Result<ExecCredential> ParseExecCredential(const std::string& text, const std::string& api_version);

// Thread-safe.
class ExecPlugin final : public CredentialSource {
 public:
  // Called on the plugin's thread when the plugin gives another client certificate than before.
  // Both arguments are empty if the plugin gives no client certificate any more.
  // From this call until CertificateInUse is called, all requests wait. So no request is sent with
  // the previous certificate or, if there was none, without a certificate.
  using OnCertificate = std::function<void(std::string certificate_pem, Secret key_pem)>;

  // `clock` and `log` must outlive the plugin and be thread-safe. `on_certificate` may be null.
  ExecPlugin(const Clock& clock, Log& log, ExecPluginConfig config, OnCertificate on_certificate);
  // Kills a plugin that is running. Requests that wait get no answer.
  ~ExecPlugin() override;
  ExecPlugin(const ExecPlugin&) = delete;
  ExecPlugin& operator=(const ExecPlugin&) = delete;

  // Ends the wait that OnCertificate began: connections now use the certificate, or the transport
  // has refused it. Never blocks.
  void CertificateInUse();

  // If there are no valid credentials, the answer is an error of kind kUnauthorized, because the
  // API server would answer 401 to a request without credentials.
  std::optional<Answer> Authorization(Later later) override;
  void Refused(MonotonicTime started) override;

 private:
  void Work();
  Result<ExecCredential> Run();
  bool IsValidFor(seconds longer) const;
  bool Pauses() const;
  void Take(Result<ExecCredential> result);
  bool Announce(ExecCredential& credential, std::unique_lock<std::mutex>& lock);
  void Tell(const std::string& problem, bool still_valid);

  const Clock& clock_;
  Log& log_;
  const ExecPluginConfig config_;
  const OnCertificate on_certificate_;
  int stop_[2] = {-1, -1};  // a pipe; the destructor closes its write end to stop a run

  mutable std::mutex mutex_;  // guards all members down to in_use_
  std::condition_variable wanted_;
  bool stopping_ = false;
  std::vector<Later> waiting_;
  bool due_ = false;                     // a run is wanted although no request waits
  std::optional<MonotonicTime> ran_at_;  // when the last run ended
  std::optional<Error> failure_;         // of the last run; nullopt if it succeeded
  std::optional<Secret> header_;         // of the last run that succeeded; nullopt once refused
  std::optional<WallTime> expires_;      // when header_ expires; nullopt = never
  MonotonicTime obtained_at_;            // when the run that gave header_ ended
  std::string certificate_pem_;          // the certificate last given to on_certificate_
  // True from the call of on_certificate_ until in_use_ is set; all requests wait meanwhile.
  bool announced_ = false;
  bool in_use_ = false;  // set by CertificateInUse

  // Plugin's thread only. The problem that Tell logged last; "" if it has logged none since the
  // last successful run.
  std::string complained_of_;

  std::thread thread_;  // the last member, because the thread uses all other members
};

}  // namespace windlass
