#include "kubeclient/config/exec_plugin.h"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include "kubeclient/base/assert.h"
#include "kubeclient/config/subprocess.h"
#include "kubeclient/transport/system_trust.h"

namespace windlass {
namespace {

constexpr std::string_view kCertFile = "SSL_CERT_FILE";

bool Names(std::string_view entry, std::string_view name) {
  return entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=';
}

void Set(std::vector<std::string>& environment, std::string_view name, std::string_view value) {
  std::erase_if(environment, [name](const std::string& entry) { return Names(entry, name); });
  environment.push_back(std::string(name) + "=" + std::string(value));
}

// Returns the plugin's environment: ours, with SSL_CERT_FILE as it was before HideSystemTrust
// (system_trust.h); then the kubeconfig's `env`; then KUBERNETES_EXEC_INFO. Later values replace
// earlier ones.
std::vector<std::string> EnvironmentOf(const ExecPluginConfig& config) {
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) environment.emplace_back(*entry);
  std::erase_if(environment, [](const std::string& entry) { return Names(entry, kCertFile); });
  if (OriginalCertFile()) Set(environment, kCertFile, *OriginalCertFile());
  for (const auto& [name, value] : config.env) Set(environment, name, value);
  Set(environment, "KUBERNETES_EXEC_INFO", config.info);
  return environment;
}

}  // namespace

ExecPlugin::ExecPlugin(const Clock& clock, Log& log, ExecPluginConfig config,
                       OnCertificate on_certificate)
    : clock_(clock),
      log_(log),
      config_(std::move(config)),
      on_certificate_(std::move(on_certificate)) {
  WL_ASSERT(pipe2(stop_, O_CLOEXEC) == 0);
  thread_ = std::thread([this] { Work(); });
}

ExecPlugin::~ExecPlugin() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wanted_.notify_all();
  close(stop_[1]);
  thread_.join();
  close(stop_[0]);
}

bool ExecPlugin::IsValidFor(seconds longer) const {
  return header_ && (!expires_ || clock_.Wall() + longer < *expires_);
}

bool ExecPlugin::Pauses() const { return ran_at_ && clock_.Now() - *ran_at_ < kExecPause; }

std::optional<CredentialSource::Answer> ExecPlugin::Authorization(Later later) {
  const std::scoped_lock lock(mutex_);
  if (announced_) {
    waiting_.push_back(std::move(later));
    return std::nullopt;
  }
  if (IsValidFor(seconds(0))) {
    if (!IsValidFor(std::chrono::duration_cast<seconds>(kExecExpiryLeeway)) && !Pauses()) {
      due_ = true;
      wanted_.notify_all();
    }
    return Answer(*header_);
  }
  if (Pauses() && failure_) return Answer(*failure_);
  if (Pauses() && header_) return Answer(*header_);
  waiting_.push_back(std::move(later));
  wanted_.notify_all();
  return std::nullopt;
}

void ExecPlugin::CertificateInUse() {
  {
    const std::scoped_lock lock(mutex_);
    in_use_ = true;
  }
  wanted_.notify_all();
}

void ExecPlugin::Refused(MonotonicTime started) {
  const std::scoped_lock lock(mutex_);
  if (clock_.Now() - obtained_at_ < kExecPause) return;
  if (obtained_at_ <= started) header_.reset();
}

void ExecPlugin::Work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wanted_.wait(lock, [this] { return stopping_ || due_ || !waiting_.empty(); });
    if (stopping_) return;
    lock.unlock();
    Take(Run());
    lock.lock();
  }
}

Result<ExecCredential> ExecPlugin::Run() {
  const Program program{config_.command, config_.args, EnvironmentOf(config_), config_.interactive};
  const Duration longest = config_.interactive ? kExecInteractiveMax : kExecMax;
  Result<ProgramOutput> ran = RunProgram(program, clock_, longest, kExecOutputBytesMax, stop_[0]);
  if (!ran.ok()) return std::move(ran).error();
  if (ran->exit_code != 0) {
    const std::string said = OneLine(ran->messages);
    WipeText(ran->output);
    return Error{ErrorKind::kConfig, "ended with exit code " + std::to_string(ran->exit_code) +
                                         (said.empty() ? "" : ": " + said)};
  }
  Result<ExecCredential> credential = ParseExecCredential(ran->output, config_.api_version);
  WipeText(ran->output);
  return credential;
}

// If the credential has another client certificate than the last one, calls on_certificate_ and
// waits for CertificateInUse. Returns false if the plugin is being destroyed.
bool ExecPlugin::Announce(ExecCredential& credential, std::unique_lock<std::mutex>& lock) {
  if (!on_certificate_ || credential.certificate_pem == certificate_pem_) return true;
  certificate_pem_ = credential.certificate_pem;
  announced_ = true;
  in_use_ = false;
  lock.unlock();
  on_certificate_(std::move(credential.certificate_pem), std::move(credential.key_pem));
  lock.lock();
  wanted_.wait(lock, [this] { return stopping_ || in_use_; });
  announced_ = false;
  return !stopping_;
}

// Logs a problem only while the previous credentials are still valid. Requests still succeed then,
// so no other log line reports the problem. Logs a repeated problem once, and logs the recovery.
void ExecPlugin::Tell(const std::string& problem, bool still_valid) {
  if (problem.empty()) {
    if (!std::exchange(complained_of_, "").empty()) log_.Info("the credential plugin works again");
  } else if (still_valid && std::exchange(complained_of_, problem) != problem) {
    log_.Warning("credential plugin failed: its last credentials stay in use until they expire",
                 {{"error", problem}});
  }
}

void ExecPlugin::Take(Result<ExecCredential> result) {
  Answer answer = Secret();
  std::vector<Later> waiting;
  std::string problem;
  bool still_valid = false;
  {
    std::unique_lock lock(mutex_);
    if (stopping_) return;
    if (result.ok() && !Announce(*result, lock)) return;
    ran_at_ = clock_.Now();
    due_ = false;
    failure_.reset();
    if (result.ok()) {
      header_ = BearerHeader(result->token);
      answer = *header_;
      expires_ = result->expires;
      obtained_at_ = *ran_at_;
    } else {
      const std::string hint = OneLine(config_.install_hint);
      failure_ = Error{ErrorKind::kUnauthorized, "credential plugin " + config_.command + ": " +
                                                     result.error().message +
                                                     (hint.empty() ? "" : "; " + hint)};
      answer = *failure_;
      problem = failure_->message;
      still_valid = IsValidFor(seconds(0));
    }
    waiting = std::exchange(waiting_, {});
  }
  Tell(problem, still_valid);
  for (const Later& later : waiting) later(answer);
}

}  // namespace windlass
