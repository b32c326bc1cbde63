// A WebSocket, as a Connection wants it: the bytes of the control protocol, whatever messages they
// come in. Threads: the server's only.
#pragma once

#include <utility>

#include "web/answer.h"
#include "web/beast.h"
#include "web/route.h"

namespace hypnos {

template <class Stream>
class WebSocketTransport {
 public:
  explicit WebSocketTransport(Stream stream) : socket_(std::move(stream)) {}

  // Answers the request that asked for it; then calls done(error_code).
  template <class Done>
  void Accept(const HttpRequest& request, Done done) {
    namespace websocket = boost::beast::websocket;
    socket_.binary(true);
    socket_.auto_fragment(false);
    socket_.read_message_max(kLargestMessageBytes);
    // Who is silent is asked whether it is still there, and is left where it is not.
    socket_.set_option(websocket::stream_base::timeout{kHandshake, kSilence, true});
    socket_.set_option(websocket::stream_base::decorator([](websocket::response_type& answer) {
      Secure(&answer);
      answer.set(boost::beast::http::field::sec_websocket_protocol,
                 boost::beast::string_view(kSubprotocol.data(), kSubprotocol.size()));
    }));
    socket_.async_accept(request, std::move(done));
  }

  template <class Done>
  void AsyncRead(boost::asio::mutable_buffer bytes, Done done) {
    socket_.async_read_some(bytes, [this, done = std::move(done)](boost::system::error_code error,
                                                                  size_t size) mutable {
      if (error || socket_.got_binary()) return done(error, size);
      // Text is no bytes of ours: as good as the end of what is sent.
      reason_ = boost::beast::websocket::close_code::unknown_data;
      done(boost::asio::error::eof, 0);
    });
  }
  template <class Done>
  void AsyncWrite(boost::asio::const_buffer bytes, Done done) {
    socket_.async_write(bytes, std::move(done));
  }
  void FinishSending() {
    socket_.async_close(reason_, [](boost::system::error_code) {});
  }
  void Close() { boost::beast::get_lowest_layer(socket_).close(); }

 private:
  // No less than one message of the protocol.
  static constexpr size_t kLargestMessageBytes = 2 << 20;
  static constexpr auto kHandshake = std::chrono::seconds(10);
  static constexpr auto kSilence = std::chrono::seconds(60);

  boost::beast::websocket::stream<Stream> socket_;
  boost::beast::websocket::close_code reason_ = boost::beast::websocket::close_code::normal;
};

}  // namespace hypnos
