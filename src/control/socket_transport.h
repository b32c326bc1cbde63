// A socket, with or without TLS, as a Connection wants it.
// Threads: the server's only.
#pragma once

#include <utility>

#include "hypnos/control/asio.h"

namespace hypnos {

template <class Stream>
class SocketTransport {
 public:
  explicit SocketTransport(Stream stream) : stream_(std::move(stream)) {}

  Stream& stream() { return stream_; }

  template <class Done>
  void AsyncRead(boost::asio::mutable_buffer bytes, Done done) {
    stream_.async_read_some(bytes, std::move(done));
  }
  template <class Done>
  void AsyncWrite(boost::asio::const_buffer bytes, Done done) {
    boost::asio::async_write(stream_, bytes, std::move(done));
  }
  void FinishSending() {
    boost::system::error_code ignored;
    stream_.lowest_layer().shutdown(Stream::lowest_layer_type::shutdown_send, ignored);
  }
  void Close() {
    boost::system::error_code ignored;
    stream_.lowest_layer().close(ignored);
  }

 private:
  Stream stream_;
};

}  // namespace hypnos
