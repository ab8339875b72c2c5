import { catalogue } from '../src/core/text';

const arabic: Record<string, string> = {
  headerText: 'كيف يمكننا مساعدتك؟',
  introductionText: 'نحن هنا للإجابة عن أسئلتك.',
  inputPlaceholder: 'اكتب رسالة…',
  inputPlaceholderBlocked: 'يرجى ملء النموذج أعلاه للمتابعة.',
  sendButtonText: 'إرسال',
  messageSeen: 'تمت القراءة',
  messageDelivered: 'تم التسليم',
  messageSending: 'جارٍ الإرسال…',
  fetchHistory: 'عرض الرسائل الأقدم',
  'ui.log.unread': 'جديد',
  'ui.message.failed': 'لم تُرسل.',
  'ui.message.retry': 'إعادة المحاولة',
  'ui.message.discard': 'حذف',
  'ui.form.send': 'إرسال',
  'ui.location.map': 'فتح الخريطة',
  'ui.connection.offline': 'أنت غير متصل. ستُرسل رسائلك عند عودة الاتصال.',
  'ui.push.ask': 'هل تود أن نخبرك بالردود عندما تكون هذه الصفحة مغلقة؟',
  'ui.push.allow': 'أخبرني',
  'ui.push.later': 'ليس الآن',
};

/** The real catalogue, with some Arabic of a page's own for those who read from right to left. */
export const words = (rtl: boolean) => catalogue(rtl ? arabic : {});
