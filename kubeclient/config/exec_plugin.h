// Credentials from a program: kubeconfig's "exec" (client.authentication.k8s.io/v1 and v1beta1).
//
// Source: client-go plugin/pkg/client/auth/exec/exec.go. The plugin is run when a request needs
// credentials and there are none: at first, when they have expired, after a 401. One run serves
// everybody who waits (single flight). It runs in a thread of its own, never the core's.
// We differ: no terminal, ever; a request in the last kExecExpiryLeeway starts a run, but nobody
// waits for it or fails with it; for kExecPause after a run there is no other: whoever asks
// then gets what that one brought, be it an error, expired, or refused by the server. A failure
// that nobody is answered with, because what was given before is valid still, is logged once.
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
#include "kubeclient/config/exec_config.h"
#include "kubeclient/transport/credentials.h"

namespace windlass {

// How long a credential plugin may run, and how much it may write to standard output. It is killed
// above either.
inline constexpr Duration kExecMax = seconds(60);
inline constexpr size_t kExecOutputBytesMax = size_t{1} << 20U;
// Credentials that expire within this time are renewed beforehand.
inline constexpr Duration kExecExpiryLeeway = seconds(10);
// After a run, however it ended, the plugin is not run again for this long. Otherwise every request
// would run it.
inline constexpr Duration kExecPause = seconds(5);

// What a plugin answered.
struct ExecCredential {
  Secret token;                 // empty = none
  std::string certificate_pem;  // with its key, or neither
  Secret key_pem;
  std::optional<WallTime> expires;
};

// kConfig, saying what is wrong, for anything but an ExecCredential of `api_version` with a token,
// or a certificate and its key.
Result<ExecCredential> ParseExecCredential(const std::string& text, const std::string& api_version);

// Thread-safe.
class ExecPlugin final : public CredentialSource {
 public:
  // Called in the plugin's thread when the plugin gives another client certificate than before.
  // Everybody waits from then until CertificateInUse, so that no request leaves without it.
  using OnCertificate = std::function<void(std::string certificate_pem, Secret key_pem)>;

  // Clock and log must outlive it.
  ExecPlugin(const Clock& clock, Log& log, ExecPluginConfig config, OnCertificate on_certificate);
  // Ends a plugin that is running. Nobody is answered any more.
  ~ExecPlugin() override;
  ExecPlugin(const ExecPlugin&) = delete;
  ExecPlugin& operator=(const ExecPlugin&) = delete;

  // What OnCertificate was called with serves connections, or cannot. Never blocks.
  void CertificateInUse();

  // Errors are of kind kUnauthorized: nobody will believe who we are.
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
  int stop_[2] = {-1, -1};  // a pipe: closed on one side when we go

  mutable std::mutex mutex_;  // guards the rest
  std::condition_variable wanted_;
  bool stopping_ = false;
  std::vector<Later> waiting_;
  bool due_ = false;                     // to be run, though nobody waits
  std::optional<MonotonicTime> ran_at_;  // the end of the last run
  std::optional<Error> failure_;         // of the last run
  std::optional<Secret> header_;     // of the last run that gave one, unless it was refused since
  std::optional<WallTime> expires_;  // header_, and so is the time below
  MonotonicTime obtained_at_;
  std::string certificate_pem_;  // the one that was announced
  bool announced_ = false;       // and what came with it is not handed out yet
  bool in_use_ = false;          // the one that was announced

  std::string complained_of_;  // "" when all is well; the plugin's thread only

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace windlass
