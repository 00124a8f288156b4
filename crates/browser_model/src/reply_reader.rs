//! Replies of RESP, read from bytes that come in pieces.

/// A whole reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// `+OK\r\n`
    SimpleString(Vec<u8>),
    /// `-ERR …\r\n`
    Error(Vec<u8>),
    /// `:3\r\n`
    Integer(i64),
    /// `$3\r\n…\r\n`
    BulkString(Vec<u8>),
    /// `$-1\r\n`, `*-1\r\n`, or `_\r\n` of RESP3
    Nil,
    /// `*2\r\n…`
    Array(Vec<Reply>),
    /// `%1\r\n…`, of RESP3
    Map(Vec<(Reply, Reply)>),
}

/// What has been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// A reply, and how many bytes it took.
    Reply(Reply, usize),
    /// A reply has begun, and more of it is to come.
    Incomplete,
    /// The bytes are no reply.
    Invalid,
}

/// How deep arrays in arrays are read, and how many elements in all.
const DEPTH_MAX: usize = 16;
const ELEMENTS_MAX: usize = 100_000;

/// Reads one reply from the beginning of `bytes`: of RESP2, and of RESP3 what HELLO and nothing are
/// answered with. As redis-cli does, it takes these from a server that was not asked for them, too.
pub fn read_reply(bytes: &[u8]) -> Reading {
    let mut reader = Reader {
        bytes,
        at: 0,
        elements: 0,
    };
    match reader.reply(0) {
        Ok(reply) => Reading::Reply(reply, reader.at),
        Err(Stop::Incomplete) => Reading::Incomplete,
        Err(Stop::Invalid) => Reading::Invalid,
    }
}

enum Stop {
    Incomplete,
    Invalid,
}

struct Reader<'bytes> {
    bytes: &'bytes [u8],
    at: usize,
    elements: usize,
}

impl<'bytes> Reader<'bytes> {
    fn reply(&mut self, depth: usize) -> Result<Reply, Stop> {
        self.elements += 1;
        if depth > DEPTH_MAX || self.elements > ELEMENTS_MAX {
            return Err(Stop::Invalid);
        }
        let kind = *self.bytes.get(self.at).ok_or(Stop::Incomplete)?;
        if !b"+-:$*_%".contains(&kind) {
            return Err(Stop::Invalid);
        }
        self.at += 1;
        let line = self.line()?;
        match kind {
            b'+' => Ok(Reply::SimpleString(line.to_vec())),
            b'-' => Ok(Reply::Error(line.to_vec())),
            b':' => number(line).map(Reply::Integer),
            b'$' => self.bulk_string(number(line)?),
            b'_' if line.is_empty() => Ok(Reply::Nil),
            b'_' => Err(Stop::Invalid),
            b'%' => self.map(number(line)?, depth),
            _ => self.array(number(line)?, depth),
        }
    }

    /// Up to the next `\r\n`, which is left out.
    fn line(&mut self) -> Result<&'bytes [u8], Stop> {
        let rest = &self.bytes[self.at..];
        let Some(end) = rest.iter().position(|byte| b"\r\n".contains(byte)) else {
            return Err(Stop::Incomplete);
        };
        match &rest[end..] {
            [b'\r', b'\n', ..] => {
                self.at += end + 2;
                Ok(&rest[..end])
            }
            [b'\r'] => Err(Stop::Incomplete),
            _ => Err(Stop::Invalid),
        }
    }

    fn bulk_string(&mut self, length: i64) -> Result<Reply, Stop> {
        let Some(length) = length_of(length)? else {
            return Ok(Reply::Nil);
        };
        let rest = &self.bytes[self.at..];
        if rest.len() < length + 2 {
            let is_wrong = rest.len() > length && rest[length] != b'\r';
            return Err(if is_wrong {
                Stop::Invalid
            } else {
                Stop::Incomplete
            });
        }
        if rest[length..length + 2] != *b"\r\n" {
            return Err(Stop::Invalid);
        }
        self.at += length + 2;
        Ok(Reply::BulkString(rest[..length].to_vec()))
    }

    fn array(&mut self, length: i64, depth: usize) -> Result<Reply, Stop> {
        let Some(length) = length_of(length)? else {
            return Ok(Reply::Nil);
        };
        let elements = (0..length).map(|_| self.reply(depth + 1));
        elements.collect::<Result<_, _>>().map(Reply::Array)
    }

    fn map(&mut self, length: i64, depth: usize) -> Result<Reply, Stop> {
        let length = length_of(length)?.ok_or(Stop::Invalid)?;
        let mut pairs = Vec::new();
        for _ in 0..length {
            pairs.push((self.reply(depth + 1)?, self.reply(depth + 1)?));
        }
        Ok(Reply::Map(pairs))
    }
}

fn number(line: &[u8]) -> Result<i64, Stop> {
    let text = std::str::from_utf8(line).map_err(|_| Stop::Invalid)?;
    text.parse().map_err(|_| Stop::Invalid)
}

/// None for -1, which is nil.
fn length_of(length: i64) -> Result<Option<usize>, Stop> {
    match length {
        -1 => Ok(None),
        0..=536_870_912 => Ok(usize::try_from(length).ok()),
        _ => Err(Stop::Invalid),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_whole_only_with_its_last_byte() {
        let array = b"*3\r\n$2\r\nab\r\n:-1\r\n*2\r\n+OK\r\n$-1\r\n";
        let expected = Reply::Array(vec![
            Reply::BulkString(b"ab".to_vec()),
            Reply::Integer(-1),
            Reply::Array(vec![Reply::SimpleString(b"OK".to_vec()), Reply::Nil]),
        ]);
        for end in 0..array.len() {
            assert_eq!(read_reply(&array[..end]), Reading::Incomplete, "{end}");
        }
        let followed = [&array[..], b"+more"].concat();
        assert_eq!(read_reply(&followed), Reading::Reply(expected, array.len()));
    }

    #[test]
    fn what_hello_is_answered_with_is_read() {
        let map = b"%2\r\n+proto\r\n:3\r\n$1\r\na\r\n_\r\n";
        let expected = Reply::Map(vec![
            (Reply::SimpleString(b"proto".to_vec()), Reply::Integer(3)),
            (Reply::BulkString(b"a".to_vec()), Reply::Nil),
        ]);
        for end in 0..map.len() {
            assert_eq!(read_reply(&map[..end]), Reading::Incomplete, "{end}");
        }
        assert_eq!(read_reply(map), Reading::Reply(expected, map.len()));
    }

    #[test]
    fn what_is_no_reply_is_seen_as_soon_as_it_is_clear() {
        for bad in [
            &b"hello"[..],
            b"+OK\n",
            b"$2\r\nabc",
            b"$-2\r\n",
            b":x\r\n",
            b"*1\r\nx",
            b"$2\r\nab\rx",
            b"_x\r\n",
            b"%-1\r\n",
        ] {
            assert_eq!(read_reply(bad), Reading::Invalid, "{bad:?}");
        }
        let deep = b"*1\r\n".repeat(100);
        assert_eq!(read_reply(&deep), Reading::Invalid);
    }
}
