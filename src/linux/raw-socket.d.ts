// The part of the package raw-socket that vrrpd uses: the inner object, whose calls are synchronous. The outer one queues
// what it sends and reads by itself. Errors are thrown as Error with the text of strerror(3) and no code.

declare module 'raw-socket' {
  interface Wrap {
    setOption(level: number, option: number, value: number): void;
    setOption(level: number, option: number, value: Buffer, length: number): void;
    /** Calls back before it returns, with the number of octets that went. */
    send(octets: Buffer, offset: number, length: number, address: string, sent: (count: number) => void): void;
    /** Calls back before it returns; throws "Resource temporarily unavailable" when nothing is queued. */
    recv(into: Buffer, received: (into: Buffer, count: number, source: string) => void): void;
    on(event: 'recvReady' | 'error', listener: () => void): void;
    removeAllListeners(event: 'recvReady' | 'error'): void;
    close(): void;
  }
  interface RawSocket {
    readonly wrap: Wrap;
  }
  const raw: { createSocket(options: { protocol: number; bufferSize: number }): RawSocket };
  export default raw;
}
