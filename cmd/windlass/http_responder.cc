#include "cmd/windlass/http_responder.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <list>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "cmd/windlass/listening_socket.h"

namespace windlass {
namespace {

using SteadyClock = std::chrono::steady_clock;
using Instant = SteadyClock::time_point;

// How long we wait, after the answer, for a client to close the connection. A client may send more
// than we read. If we closed its connection at once, the kernel would reset the connection, and the
// client could lose the answer.
constexpr std::chrono::milliseconds kLinger{500};
// If the process has no free file descriptor, and there is no open connection to close, we accept
// no connection for this long.
constexpr std::chrono::milliseconds kAcceptPause{100};
// The most connections that one turn accepts before the thread serves the open ones again.
constexpr int kAcceptsPerTurn = 64;

std::string_view ReasonPhrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 431: return "Request Header Fields Too Large";
    case 503: return "Service Unavailable";
    default: return "Error";
  }
}

HttpAnswer Refusal(int status) {
  HttpAnswer answer;
  answer.status = status;
  return answer;
}

std::string HeadOf(const HttpAnswer& answer) {
  std::string head = "HTTP/1.1 " + std::to_string(answer.status) + " ";
  head += ReasonPhrase(answer.status);
  head.append("\r\nContent-Type: ").append(answer.type);
  head += "\r\nContent-Length: " + std::to_string(answer.body ? answer.body->size() : 0);
  if (answer.status == 405) head += "\r\nAllow: GET";
  return head + "\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n";
}

// The connection of one client. No function waits for the client.
class Connection {
 public:
  Connection(Socket socket, Instant now)
      : socket_(std::move(socket)), deadline_(now + kClientPatience) {}

  int fd() const { return socket_.fd(); }
  short awaits() const { return state_ == State::kAnswering ? POLLOUT : POLLIN; }
  Instant deadline() const { return deadline_; }
  bool answering() const { return state_ == State::kAnswering; }

  // Reads what the client has sent, and writes as much as the socket takes. Returns false if the
  // connection is to be closed.
  bool Serve(const HttpResponder::Answer& answer, Instant now) {
    if (state_ == State::kReading && !Read(answer, now)) return false;
    if (state_ == State::kAnswering && !Write(now)) return false;
    return state_ != State::kLingering || Discard();
  }

 private:
  enum class State : uint8_t { kReading, kAnswering, kLingering };

  bool Read(const HttpResponder::Answer& answer, Instant now) {
    std::array<char, 2048> buffer;
    for (;;) {
      const ssize_t size = recv(fd(), buffer.data(), buffer.size(), 0);
      if (size < 0) return errno == EAGAIN || errno == EINTR;
      if (size == 0) return false;
      request_.append(buffer.data(), static_cast<size_t>(size));
      const ParsedRequest request = ParseRequest(request_);
      if (request.kind == ParsedRequest::Kind::kIncomplete) continue;
      answer_ = AnswerTo(request, answer);
      head_ = HeadOf(answer_);
      state_ = State::kAnswering;
      deadline_ = now + kClientPatience;
      return true;
    }
  }

  static HttpAnswer AnswerTo(const ParsedRequest& request, const HttpResponder::Answer& answer) {
    switch (request.kind) {
      case ParsedRequest::Kind::kGet: return answer(request.path);
      case ParsedRequest::Kind::kOtherMethod: return Refusal(405);
      case ParsedRequest::Kind::kTooLong: return Refusal(431);
      default: return Refusal(400);
    }
  }

  bool Write(Instant now) {
    for (;;) {
      std::string_view rest = head_;
      if (sent_ >= head_.size()) {
        rest = answer_.body ? std::string_view(*answer_.body) : std::string_view();
        rest.remove_prefix(sent_ - head_.size());
        if (rest.empty()) break;
      } else {
        rest.remove_prefix(sent_);
      }
      const ssize_t size = send(fd(), rest.data(), rest.size(), MSG_NOSIGNAL);
      if (size < 0) return errno == EAGAIN || errno == EINTR;
      sent_ += static_cast<size_t>(size);
      deadline_ = now + kClientPatience;
    }
    answer_.body.reset();
    shutdown(fd(), SHUT_WR);
    state_ = State::kLingering;
    deadline_ = now + kLinger;
    return true;
  }

  // Drops what the client still sends. Returns false once the client has closed its side, or if the
  // connection has failed.
  bool Discard() const {
    std::array<char, 2048> buffer;
    const ssize_t size = recv(fd(), buffer.data(), buffer.size(), 0);
    return size > 0 || (size < 0 && (errno == EAGAIN || errno == EINTR));
  }

  Socket socket_;
  State state_ = State::kReading;
  Instant deadline_;
  std::string request_;
  HttpAnswer answer_;
  std::string head_;
  size_t sent_ = 0;  // bytes of head and body
};

}  // namespace

ParsedRequest ParseRequest(std::string_view bytes) {
  using Kind = ParsedRequest::Kind;
  const size_t end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) {
    return {bytes.size() < kRequestBytesMax ? Kind::kIncomplete : Kind::kTooLong, {}};
  }
  if (end + 4 > kRequestBytesMax) return {Kind::kTooLong, {}};
  // Example: "GET /readyz?verbose HTTP/1.1".
  const std::string_view line = bytes.substr(0, bytes.find("\r\n"));
  const size_t after_method = line.find(' ');
  const size_t after_target = line.rfind(' ');
  if (after_method == std::string_view::npos || after_target == after_method ||
      !line.substr(after_target + 1).starts_with("HTTP/1.")) {
    return {Kind::kMalformed, {}};
  }
  const std::string_view target = line.substr(after_method + 1, after_target - after_method - 1);
  if (!target.starts_with('/') || target.find(' ') != target.npos) return {Kind::kMalformed, {}};
  if (line.substr(0, after_method) != "GET") return {Kind::kOtherMethod, {}};
  return {Kind::kGet, target.substr(0, target.find('?'))};
}

// The responder's thread, and the sockets that the thread serves.
class HttpResponder::Loop {
 public:
  Loop(Socket listener, Answer answer)
      : listener_(std::move(listener)),
        wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        answer_(std::move(answer)),
        thread_([this] { Run(); }) {}

  ~Loop() {
    eventfd_write(wake_.fd(), 1);
    thread_.join();
  }

 private:
  using Connections = std::list<Connection>;  // the oldest first

  void Run() {
    while (!Wait()) {
      const Instant now = SteadyClock::now();
      ServeReady(now);
      if (accept_from_ <= now) Accept(now);
      connections_.remove_if([&](const Connection& one) { return one.deadline() <= now; });
    }
  }

  // Waits until a socket is ready or a deadline has passed. Returns true when the thread shall end.
  bool Wait() {
    const Instant now = SteadyClock::now();
    polled_.assign(1, pollfd{wake_.fd(), POLLIN, 0});
    std::optional<Instant> until;
    if (accept_from_ > now) until = accept_from_;
    for (const Connection& one : connections_) {
      polled_.push_back({one.fd(), one.awaits(), 0});
      until = until ? std::min(*until, one.deadline()) : one.deadline();
    }
    if (accept_from_ <= now) polled_.push_back({listener_.fd(), POLLIN, 0});
    int wait = -1;
    if (until) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(*until - now);
      wait = static_cast<int>(std::max<int64_t>(left.count(), 0));
    }
    if (poll(polled_.data(), polled_.size(), wait) < 0) polled_.assign(1, pollfd{});
    return polled_.front().revents != 0;
  }

  void ServeReady(Instant now) {
    size_t index = 1;  // polled_[0] is wake_; the connections follow
    for (auto one = connections_.begin(); one != connections_.end() && index < polled_.size();) {
      const bool ready = polled_[index++].revents != 0;
      one = !ready || one->Serve(answer_, now) ? std::next(one) : connections_.erase(one);
    }
  }

  void Accept(Instant now) {
    for (int i = 0; i < kAcceptsPerTurn; ++i) {
      Socket socket(accept4(listener_.fd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
      if (!socket.open()) {
        const bool none_left =
            errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
        // Without a free file descriptor, accept4 fails even if no client waits. So we ask poll
        // whether a client waits.
        pollfd waiting{listener_.fd(), POLLIN, 0};
        if (!none_left || poll(&waiting, 1, 0) <= 0) return;
        if (CloseOne()) continue;
        accept_from_ = now + kAcceptPause;
        return;
      }
      if (connections_.size() >= kConnectionsMax) CloseOne();
      connections_.emplace_back(std::move(socket), now);
      // Most clients send their request at once. Such a client gets its answer here, before further
      // connections can make CloseOne close this one.
      if (!connections_.back().Serve(answer_, now)) connections_.pop_back();
    }
  }

  // Closes the oldest connection that is not being answered. If all are being answered, closes the
  // oldest of all. Returns false if there is no connection.
  bool CloseOne() {
    if (connections_.empty()) return false;
    const auto idle = std::ranges::find(connections_, false, &Connection::answering);
    connections_.erase(idle == connections_.end() ? connections_.begin() : idle);
    return true;
  }

  const Socket listener_;
  const Socket wake_;
  const Answer answer_;
  // Only the thread uses these:
  Connections connections_;
  std::vector<pollfd> polled_;  // wake_, the connections in order, then the listener
  Instant accept_from_;         // no connection is accepted before this time
  std::thread thread_;          // last: it uses all of the above
};

Result<std::unique_ptr<HttpResponder>> HttpResponder::Listen(const std::string& address,
                                                             Answer answer) {
  WINDLASS_TRY(Socket listener, ListenOn(address));
  std::string actual = AddressOf(listener, address);
  return std::unique_ptr<HttpResponder>(new HttpResponder(
      std::make_unique<Loop>(std::move(listener), std::move(answer)), std::move(actual)));
}

HttpResponder::HttpResponder(std::unique_ptr<Loop> loop, std::string address)
    : address_(std::move(address)), loop_(std::move(loop)) {}

HttpResponder::~HttpResponder() = default;

}  // namespace windlass
